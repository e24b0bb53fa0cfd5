"""From settings to the source that they describe."""

from pathlib import Path

from pinakes.errors import SourceError
from pinakes.settings import Settings
from pinakes.sources.base import Source
from pinakes.sources.clip_retrieval import ClipRetrievalRows, is_clip_retrieval
from pinakes.sources.folder import FOLDER_ATTRIBUTE, FolderSource
from pinakes.sources.formats import open_rows
from pinakes.sources.paths import plain_path
from pinakes.sources.pattern import parse_pattern
from pinakes.sources.table import TableSource


def open_source(settings: Settings, folder: Path) -> Source:
    """Return the source of a collection; nothing is read yet.

    Args:
        settings: the collection's settings.
        folder: the collection's folder, to which ``source.path`` is relative.

    Raises:
        SourceError: there is nothing at ``source.path``, or a file that is no table.
        SettingsError: ``source.views`` is no pattern.
    """
    path = plain_path(folder / settings.source.path)
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    if not exists:
        raise SourceError(
            f"the source {path} does not exist; in pinakes.toml, source.path says where the items are"
        )
    if is_folder and is_clip_retrieval(path):
        return TableSource(ClipRetrievalRows(path), settings, folder)
    if not is_folder:
        return TableSource(open_rows(path), settings, folder)
    views = settings.source.views
    pattern = None if views is None else parse_pattern(views)
    return FolderSource(path, pattern, with_folder=FOLDER_ATTRIBUTE in settings.attributes)


def names_pictures(settings: Settings, folder: Path) -> bool:
    """Return whether a source can name pictures: a folder, or a table with a column for them."""
    return bool(settings.source.fields.views) or plain_path(folder / settings.source.path).is_dir()
