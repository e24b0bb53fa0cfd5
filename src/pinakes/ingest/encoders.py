"""Are the encoders of a collection at hand?"""

from pinakes.encoders.families import features_fingerprint, open_family
from pinakes.errors import MissingExtraError, SettingsError, UnknownNameError
from pinakes.settings import BROUGHT, Settings


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
