"""The encoders that the settings of a collection name."""

from collections.abc import Mapping

from pinakes.encoders.base import EncoderFamily, Family, TextFamily
from pinakes.encoders.families import features_fingerprint, open_family
from pinakes.errors import MissingExtraError, SettingsError, UnknownNameError
from pinakes.settings import Settings
from pinakes.types import BROUGHT


def of_pictures(families: Mapping[str, Family], settings: Settings) -> dict[str, EncoderFamily]:
    """Return those that the pictures of a source go through: not those of words, nor of brought vectors."""
    brought = settings.brought_spaces
    seen = {space.encoder for name, space in settings.spaces.items() if name not in brought}
    return {
        name: family
        for name, family in families.items()
        if name in seen and not isinstance(family, TextFamily)
    }


def missing_encoders(settings: Settings) -> dict[str, str]:
    """Return why the encoder of a space cannot be used on this machine, and what to do; by space."""
    missing = {}
    for name, space in settings.spaces.items():
        if space.encoder == BROUGHT:
            continue
        try:
            features_fingerprint(open_family(space.encoder))
        except (SettingsError, MissingExtraError, UnknownNameError) as error:
            missing[name] = f"the space {name!r} has no encoder: {error}"
    return missing
