"""From the name of an encoder to its family."""

from importlib import import_module
from typing import cast

from pinakes.encoders.base import EncoderFamily
from pinakes.errors import UnknownNameError

BUILT_IN = {"descriptor": "pinakes.encoders.descriptor:DescriptorFamily"}


def open_family(name: str) -> EncoderFamily:
    """Return the family of an encoder.

    Raises:
        UnknownNameError: there is no encoder of this name.
    """
    if name not in BUILT_IN:
        raise UnknownNameError("encoder", name, BUILT_IN)
    module, _, attribute = BUILT_IN[name].partition(":")
    return cast("EncoderFamily", getattr(import_module(module), attribute)())
