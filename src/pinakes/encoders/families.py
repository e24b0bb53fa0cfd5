"""From the name of an encoder to its family."""

import os
from pathlib import Path
from typing import cast

from pinakes.encoders.base import Family, TextFamily
from pinakes.errors import SettingsError
from pinakes.registry import component, load


def open_family(name: str) -> Family:
    """Return the family of an encoder.

    Args:
        name: of a component; where that takes something, a colon and what it takes may follow, as in
            ``clip:/models/ViT-B-32__openai``.

    Raises:
        UnknownNameError: there is no encoder of this name.
        SettingsError: something follows the name of an encoder that takes nothing.
        MissingExtraError: it needs packages that are not installed.
    """
    kind, _, argument = name.partition(":")
    family = load("encoder", kind)
    if not argument:
        return cast("Family", family())
    if component("encoder", kind).takes is None:
        raise SettingsError(f"the encoder {kind!r} takes nothing after its name, got {name!r}")
    return cast("Family", family(argument))


def name_in_full(name: str) -> str:
    """Return the name of an encoder that means the same from every folder: a model's own folder in full."""
    kind, _, model = name.partition(":")
    folder = Path(model).expanduser()
    return f"{kind}:{os.path.abspath(folder)}" if model and folder.is_dir() else name  # noqa: PTH100


def features_fingerprint(family: Family) -> str:
    """Return the key under which the feature cache keeps what a family makes."""
    return family.texts.fingerprint if isinstance(family, TextFamily) else family.features.fingerprint
