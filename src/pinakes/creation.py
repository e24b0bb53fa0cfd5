"""Making a collection from a source, and bringing it up to date."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pinakes.collection import Collection
from pinakes.errors import SourceError
from pinakes.ingest.outcome import IndexReport
from pinakes.ingest.progress import Report, silent
from pinakes.ingest.setup import Options, find_setup, keep_frame, write_setup


def index(
    source: object,
    into: str | Path | None = None,
    *,
    encoder: str | None = None,
    id: str | None = None,
    views: str | Mapping[str, str] | None = None,
    fetch: bool = False,
    refetch: bool = False,
    vectors: Mapping[str, str | Path] | None = None,
    prune: bool = False,
    waive: tuple[str, ...] = (),
    progress: Report = silent,
) -> IndexReport:
    """Make a folder of pictures or a table a published, verified collection; run again, it syncs.

    Args:
        source: path of a folder or of a table (CSV, TSV, JSONL, Parquet, plain or gzipped); or a data frame
            (polars, pandas, Arrow, a mapping of columns, a list of rows).
        into: the collection's folder; the source folder itself when None, for a table a folder of its name
            beside it. A DataFrame needs one.
        encoder: of the pictures, ``descriptor`` when None.
        id: the column that names an item, where the guess would be wrong.
        views: file name pattern such as ``{id}_{role}.jpg``, or role -> column.
        fetch: fetch pictures that have an address, and keep them; ``pinakes.toml`` says so from then on.
        refetch: as ``fetch``, and fetch also what was fetched or refused before.
        vectors: space -> ``.npy`` file with a row for each row of the table.
        prune: delete items that the source no longer has.
        waive: gates that may fail; recorded by name.
        progress: told how far the work is.

    Raises:
        SourceError: the source does not exist, is empty, or cannot be read.
        SettingsError: ``pinakes.toml`` of an existing collection is wrong.
        GateError: a gate failed; nothing was published.
        LockedError: another process is writing to the collection.
        StorageError: the disk refused.
    """
    if not isinstance(source, str | Path):
        if into is None:
            raise SourceError("a data frame needs a folder for its collection: index(frame, into='folder')")
        source = keep_frame(source, Path(into).expanduser().absolute())
    brought = {space: Path(file) for space, file in (vectors or {}).items()}
    options = Options(encoder, id, views, fetch or refetch, brought)
    setup = find_setup(Path(source), None if into is None else Path(into), options)
    write_setup(setup)
    report = Collection(setup.folder, progress).sync(prune=prune, waive=waive, refetch=refetch)
    return replace(report, notes=(*setup.notes, *report.notes))
