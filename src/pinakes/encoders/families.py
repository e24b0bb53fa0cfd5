"""From the name of an encoder to its family."""

from typing import cast

from pinakes.encoders.base import EncoderFamily
from pinakes.registry import load


def open_family(name: str) -> EncoderFamily:
    """Return the family of an encoder.

    Raises:
        UnknownNameError: there is no encoder of this name.
        MissingExtraError: it needs packages that are not installed.
    """
    return cast("EncoderFamily", load("encoder", name)())
