"""Setting up: from a folder, a table or a data frame to a folder with ``pinakes.toml``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pinakes.encoders.base import TextFamily
from pinakes.encoders.families import features_fingerprint, name_in_full, open_family
from pinakes.errors import SettingsError, SourceError, StorageError, UsageError
from pinakes.ingest.remote import fetching
from pinakes.settings import (
    Settings,
    SpaceSettings,
    load_settings,
    parse_settings,
    save_settings,
)
from pinakes.sources.formats import open_rows
from pinakes.sources.frame import save_frame
from pinakes.sources.infer import infer_settings
from pinakes.sources.npy import open_vectors
from pinakes.sources.paths import plain_path
from pinakes.sources.places import PICTURE_SPACE
from pinakes.types import BROUGHT, SETTINGS_FILE

FRAME_FILE = "items.parquet"
"""Where a data frame is kept, so that it can be read again."""

TEXT_SPACE = "text"
"""The space of an encoder of words that is named without one; for pictures that is `PICTURE_SPACE`."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the owner says of a new collection; None where it is to be found out.

    Attributes:
        encoder: of the pictures, or of the words where it sees none.
        id: the column that names an item.
        views: file name pattern such as ``{id}_{role}.jpg``, or role -> column.
        fetch: switch on the fetching of pictures that have an address.
        vectors: space -> ``.npy`` file with a row for each row of the table.
    """

    encoder: str | None = None
    id: str | None = None
    views: str | Mapping[str, str] | None = None
    fetch: bool = False
    vectors: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setup:
    """A collection's folder and settings.

    Attributes:
        changed: ``pinakes.toml`` does not say so yet; `write_setup` writes it.
        notes: what the owner should know of how the settings came about.
    """

    folder: Path
    settings: Settings
    changed: bool
    notes: tuple[str, ...] = ()


def find_setup(source: Path, into: Path | None, options: Options) -> Setup:
    """Return the settings of a collection, or infer those of a new one; nothing is written.

    Args:
        source: a folder of pictures or a table.
        into: the collection's folder; None: the source folder itself, or for a table a folder of its name
            beside it.
        options: for a new collection; of one that exists they change encoder and fetching alone.

    Raises:
        SourceError: there is nothing at the source that can be indexed.
        SettingsError: the settings that exist are wrong, or say other than the options of source and items.
        UnknownNameError: a column or an encoder that was named does not exist.
        MissingExtraError: the encoder needs packages that are not installed.
    """
    source = Path(os.path.abspath(source.expanduser()))  # noqa: PTH100 - links are kept as they are
    folder = _folder_of(source) if into is None else Path(into).expanduser().absolute()
    if not (folder / SETTINGS_FILE).exists():
        inference = infer_settings(source, into=folder, id=options.id, views=options.views)
        brought = _with_vectors(inference.settings, folder, options.vectors)
        settings = _chosen(brought, options)
        return Setup(folder, settings, changed=True, notes=inference.notes)
    settings = load_settings(folder)
    _refuse_other_items(settings, folder, options)
    known = Path(os.path.normpath(folder / settings.source.path))
    if into is not None and known not in (source, *source.glob("*")):
        raise SettingsError(
            f"{folder} is the collection of {known}, not of {source}; give another folder with --into, "
            f"or change source.path in {folder / SETTINGS_FILE}"
        )
    chosen = _chosen(settings, options)
    return Setup(folder, chosen, changed=chosen != settings)


def write_setup(setup: Setup) -> None:
    """Write ``pinakes.toml`` where it does not say the same yet.

    Raises:
        StorageError: the folder cannot be made or written.
    """
    if not setup.changed:
        return
    try:
        setup.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {setup.folder}: {error.strerror}") from None
    try:
        save_settings(setup.folder, setup.settings)
    except UsageError as error:
        raise StorageError(
            f"{error}; a collection may lie elsewhere than its source: --into FOLDER"
        ) from None


def keep_frame(frame: object, folder: Path) -> Path:
    """Write a data frame into the collection's folder, and return the file.

    Raises:
        SourceError: this is no data frame.
        StorageError: the file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}") from None
    save_frame(frame, folder / FRAME_FILE)
    return folder / FRAME_FILE


def _folder_of(source: Path) -> Path:
    if not source.exists():
        raise SourceError(f"{source} does not exist; name a folder of pictures or a table")
    return source if source.is_dir() else source.parent / source.name.split(".")[0]


def _refuse_other_items(settings: Settings, folder: Path, options: Options) -> None:
    """Refuse options that would make other items than the settings; the same command may be run again."""
    source, fields = settings.source, settings.source.fields
    pattern, roles = (options.views, None) if isinstance(options.views, str) else (None, options.views)
    beside = plain_path(folder / source.path).parent
    asked: list[tuple[str, object, object]] = [
        ("source.fields.id", options.id, fields.id),
        ("source.views", pattern, source.views),
        ("source.fields.views", roles, fields.views),
    ]
    for space, file in options.vectors.items():
        kept = beside / fields.vectors[space] if space in fields.vectors else None
        asked.append((f"source.fields.vectors.{space}", file.expanduser().absolute(), kept))
    for key, wanted, present in asked:
        if wanted is not None and wanted != present:
            raise SettingsError(
                f"{folder} is a collection already: its {key} is {_said(present)}, not {_said(wanted)}; "
                f"change it in {folder / SETTINGS_FILE}, and index again"
            )


def _said(value: object) -> str:
    return "not set" if value is None else str(value)


def _chosen(settings: Settings, options: Options) -> Settings:
    """Return the settings with what the options change of a collection, too: fetching, and the encoder."""
    if options.fetch:
        settings = fetching(settings)
    return settings if options.encoder is None else _with_encoder(settings, options.encoder)


def _with_vectors(settings: Settings, folder: Path, vectors: Mapping[str, Path]) -> Settings:
    """Return the settings with spaces for vectors in files, which must fit the table.

    Raises:
        SourceError: a file cannot be used, or has not one row for each row of the table.
        SettingsError: the source is no table, or the name of a space cannot be one.
    """
    if not vectors:
        return settings
    table = plain_path(folder / settings.source.path)
    if table.is_dir():
        raise SettingsError(f"vectors in a file need a table, row for row; {table} is a folder")
    rows = sum(1 for _ in open_rows(table).rows())
    fields, spaces = dict(settings.source.fields.vectors), dict(settings.spaces)
    for name, file in vectors.items():
        path = Path(file).expanduser().absolute()
        if len(array := open_vectors(path)) != rows:
            raise SourceError(
                f"{path} has {len(array)} rows and {table.name} has {rows}; vectors in a file need one row "
                "for each row of the table"
            )
        # A file beside the table may have been found already, under its own name.
        for found in [space for space, column in fields.items() if table.parent / column == path]:
            del fields[found], spaces[found]
        fields[name] = path.name if path.parent == table.parent else str(path)
        spaces[name] = SpaceSettings(encoder=BROUGHT)
    mapped = settings.source.fields.model_copy(update={"vectors": fields})
    source = settings.source.model_copy(update={"fields": mapped})
    changed = settings.model_copy(update={"source": source, "spaces": spaces})
    return parse_settings(changed.model_dump(mode="json"), where="--space")


def _with_encoder(settings: Settings, encoder: str) -> Settings:
    """Return the settings with another encoder of pictures or of words, which must exist and be at hand.

    Raises:
        UnknownNameError: there is no encoder of this name.
        SettingsError: its model is not on this machine: nothing could be encoded by these settings.
        MissingExtraError: it needs packages that are not installed.
    """
    family = open_family(encoder)
    features_fingerprint(family)
    space = TEXT_SPACE if isinstance(family, TextFamily) else PICTURE_SPACE
    encoder = name_in_full(encoder)
    before = settings.spaces.get(space, SpaceSettings(encoder=encoder))
    changed = before.model_copy(update={"encoder": encoder})
    return settings.model_copy(update={"spaces": {**settings.spaces, space: changed}})
