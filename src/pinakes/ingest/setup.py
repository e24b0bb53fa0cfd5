"""Setting up: from a folder, a table or a data frame to a folder with ``pinakes.toml``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pinakes.encoders.base import TextFamily
from pinakes.encoders.families import open_family
from pinakes.errors import SettingsError, SourceError, StorageError
from pinakes.ingest.remote import fetching
from pinakes.settings import SETTINGS_FILE, Settings, SpaceSettings, load_settings, save_settings
from pinakes.sources.frame import save_frame
from pinakes.sources.infer import infer_settings

FRAME_FILE = "items.parquet"
"""Where a data frame is kept, so that it can be read again."""

PICTURE_SPACE, TEXT_SPACE = "picture", "text"
"""The spaces that get an encoder which is named without a space."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the owner says of a new collection; None where it is to be found out.

    Attributes:
        encoder: of the pictures, or of the words where it sees none.
        id: the column that names an item.
        views: file name pattern such as ``{id}_{role}.jpg``, or role -> column.
        fetch: switch on the fetching of pictures that have an address.
    """

    encoder: str | None = None
    id: str | None = None
    views: str | Mapping[str, str] | None = None
    fetch: bool = False


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
        options: for a new collection.

    Raises:
        SourceError: there is nothing at the source that can be indexed.
        SettingsError: the settings that exist are wrong, or are for another source.
        UnknownNameError: a column or an encoder that was named does not exist.
    """
    source = Path(os.path.abspath(source.expanduser()))  # noqa: PTH100 - links are kept as they are
    folder = _folder_of(source) if into is None else Path(into).expanduser().absolute()
    if not (folder / SETTINGS_FILE).exists():
        inference = infer_settings(source, into=folder, id=options.id, views=options.views)
        settings = _chosen(inference.settings, options)
        return Setup(folder, settings, changed=True, notes=inference.notes)
    settings = load_settings(folder)
    if options.id is not None or options.views is not None:
        raise SettingsError(
            f"{folder} is a collection already; change its id or views in {folder / SETTINGS_FILE}"
        )
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
    save_settings(setup.folder, setup.settings)


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


def _chosen(settings: Settings, options: Options) -> Settings:
    """Return the settings with what the options change of a collection, too: fetching, and the encoder."""
    if options.fetch:
        settings = fetching(settings)
    return settings if options.encoder is None else _with_encoder(settings, options.encoder)


def _with_encoder(settings: Settings, encoder: str) -> Settings:
    """Return the settings with another encoder of pictures or of words, which must exist and be at hand."""
    space = TEXT_SPACE if isinstance(open_family(encoder), TextFamily) else PICTURE_SPACE
    return settings.model_copy(update={"spaces": {**settings.spaces, space: SpaceSettings(encoder=encoder)}})
