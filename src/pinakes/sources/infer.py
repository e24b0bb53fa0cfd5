"""Settings for a new source, inferred from what it holds."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pinakes.errors import SettingsError, SourceError
from pinakes.settings import AttributeSettings, Settings, SourceSettings
from pinakes.sources.clip_retrieval import ClipRetrievalRows, is_clip_retrieval
from pinakes.sources.detect import choose_table
from pinakes.sources.folder import FOLDER_ATTRIBUTE, list_pictures
from pinakes.sources.formats import open_rows
from pinakes.sources.infer_table import infer_table
from pinakes.sources.paths import plain_path
from pinakes.sources.pattern import parse_pattern
from pinakes.sources.text import humanise
from pinakes.types import AttributeType


@dataclass(frozen=True, slots=True)
class Inference:
    """Settings that were inferred.

    Attributes:
        settings: what ``pinakes.toml`` is to hold.
        notes: what a person should know of how they came about, one sentence each.
    """

    settings: Settings
    notes: tuple[str, ...] = ()


def infer_settings(
    source: Path,
    *,
    into: Path,
    id: str | None = None,
    views: Mapping[str, str] | str | None = None,
) -> Inference:
    """Infer settings for a folder or a table.

    A folder with one table at its top that names pictures is read as that table.

    Args:
        source: the folder or the table.
        into: the collection's folder; paths in the settings are relative to it where they can be.
        id: the column that names an item; None: found.
        views: for a folder, a pattern such as ``{id}_{role}.jpg``; for a table, role -> column, or a template
            such as ``images/{id}.jpg``; None: found.

    Raises:
        SourceError: there is nothing at the source that can be indexed; the message says what was looked for.
        SettingsError: the pattern cannot be used.
        UnknownNameError: a column that was named does not exist.
    """
    try:
        exists, is_folder = source.exists(), source.is_dir()
    except OSError as error:
        raise SourceError(f"cannot read {source}: {error.strerror}") from None
    if not exists:
        raise SourceError(f"{source} does not exist; name a folder of pictures or a table")
    notes: list[str] = []
    table: Path | None = source
    embedded = is_folder and is_clip_retrieval(source)
    if embedded:
        notes.append("laid out by clip-retrieval: the rows of its metadata are the items, with their vectors")
        table = None
    elif is_folder:
        wanted = id is not None or isinstance(views, Mapping)
        table = None if isinstance(views, str) else choose_table(source, wanted, notes)
    if embedded and not isinstance(views, str):
        settings = infer_table(ClipRetrievalRows(source), id, views, notes)
    elif table is None:
        settings = _infer_folder(source, views if isinstance(views, str) else None, notes)
    elif isinstance(views, str):
        raise SettingsError(
            f"{table} is a table; name its picture columns, such as front=image, not {views!r}"
        )
    else:
        settings = infer_table(open_rows(table), id, views, notes)
    place = settings.source.model_copy(update={"path": _relative(table or source, into)})
    name = (source if is_folder else Path(source.name.split(".")[0])).absolute().name
    return Inference(settings.model_copy(update={"source": place, "name": humanise(name)}), tuple(notes))


def _infer_folder(folder: Path, views: str | None, notes: list[str]) -> Settings:
    pattern = None if views is None else parse_pattern(views)
    paths, refused = list_pictures(folder)
    if not paths:
        raise SourceError(f"{folder} holds no pictures and no table (CSV, TSV, JSON Lines or Parquet)")
    if refused:
        notes.append(f"{len(refused)} files or folders cannot be used, such as {refused[0].where}")
    if pattern is not None:
        single = [path for path in paths if pattern.split(PurePosixPath(path)) is None]
        if len(single) == len(paths):
            raise SettingsError(f"no picture matches {views!r}; the first one is {paths[0]!r}")
        if single:
            notes.append(
                f"{len(single)} of {len(paths)} pictures do not match {views!r}, such as {single[0]!r}: "
                "each is the front of an item of its own name"
            )
    nested = any("/" in path for path in paths)
    attributes = {FOLDER_ATTRIBUTE: AttributeSettings(type=AttributeType.STRING)} if nested else {}
    return Settings(source=SourceSettings(views=views), attributes=attributes)


def _relative(source: Path, into: Path) -> str:
    """Return the source's path relative to the collection where it lies in or beside it, else absolute."""
    source, into = plain_path(source), plain_path(into)
    if source.is_relative_to(into) or source.parent == into.parent or into.is_relative_to(source):
        return Path(os.path.relpath(source, into)).as_posix()
    return source.as_posix()
