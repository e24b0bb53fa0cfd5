"""What to tell the owner of pictures without words."""

from pathlib import Path
from shlex import quote

from pinakes.encoders.clip.models import MODELS, RECOMMENDED
from pinakes.settings import Settings
from pinakes.sources.files import source_folder

READS_WORDS = ("clip", "text")
"""Encoders of these kinds read words."""


def wordless_note(settings: Settings, folder: Path) -> tuple[str, ...]:
    """Return one line for a folder of pictures that no encoder with words looks at, or nothing.

    Args:
        settings: of the collection.
        folder: of the collection.
    """
    is_folder = source_folder(settings.source.path, folder) == folder / settings.source.path
    is_folder &= not settings.source.fields.title and not settings.source.fields.text
    reads = any(space.encoder.partition(":")[0] in READS_WORDS for space in settings.spaces.values())
    if not is_folder or reads:
        return ()
    model = MODELS[RECOMMENDED]
    return (
        "text search sees file names only; for words: "
        f"pinakes index {quote(str(folder))} --encoder clip "
        f"({model.megabytes} MB to fetch once, {model.licence})",
    )
