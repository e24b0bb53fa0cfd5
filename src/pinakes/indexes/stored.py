"""Indexes beside the snapshots: derived data, tied by hash to the vectors that they were built from."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pinakes.errors import IntegrityError, PinakesError
from pinakes.indexes.base import VectorIndex
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.families import index_family
from pinakes.kernels.similarity import Stored
from pinakes.snapshots.durable import exclusive, flush_tree, move, remove, storage_errors
from pinakes.snapshots.layout import TEMPORARY

FORMAT = 2
"""The version of the index's manifest that this Pinakes writes and reads."""

MANIFEST = "manifest.json"
EXHAUSTIVE, APPROXIMATE = "exhaustive", "approximate"
"""The folders of the two indexes of a space: one for answers that must be exact, one for quick ones."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What was measured of one index at one effort: a row of the tuning table.

    Attributes:
        family: such as ``pq:4``.
        effort: how hard it looked; 0 for an exhaustive one.
        recall10, recall100: share of the exact answer that was found, the lowest over the kinds of queries.
        low10, high10: 95 % interval of ``recall10`` (Wilson's, a query counting once).
        filtered: the lowest recall@10 of any answer under the masks that were tried; None where it was not
            measured.
        filtered_recall: recall@10 under masks, the lowest over the kinds of masks.
        ms: median milliseconds for one query, re-scoring included; 10 rows wanted.
        filtered_ms: the same under masks.
        build_s: seconds that the index took to build.
        bytes: on disk.
    """

    family: str
    effort: int
    recall10: float
    low10: float
    high10: float
    recall100: float
    filtered: float | None
    filtered_recall: float | None
    ms: float
    filtered_ms: float | None
    build_s: float
    bytes: int


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """What the indexes of one space of one snapshot say of themselves: ``manifest.json``.

    Attributes:
        vectors: sha256 of the file of vectors that they were built from.
        rows, dim: of it.
        gate: the recall@10 that was asked for.
        queries: how the queries of the measurement were made.
        exhaustive: the fastest exact rung.
        approximate: the fastest rung at or above the gate; None where no approximate one is faster.
        filtered_effort: one that lost no row of any filtered answer and is faster than an
            exact one; without one, and where an exact one is slow, the first at or above the gate; or None.
        table: everything that was measured.
        files: bytes of every file, by its path in the folder.
        made: when, UTC.
    """

    vectors: str
    rows: int
    dim: int
    gate: float
    queries: str
    exhaustive: Rung
    approximate: Rung | None
    filtered_effort: int | None
    table: tuple[Rung, ...]
    files: Mapping[str, int]
    made: str


@dataclass(frozen=True, slots=True)
class OpenIndexes:
    """The indexes of one space of one segment.

    Attributes:
        exhaustive: loses nothing, by proof.
        approximate: faster, at its stated recall; None where there is none.
        filtered: the same, looking so hard that no filtered answer lost a row when it was tuned; or None.
        record: None where nothing was tuned.
        note: why an index that is there is not used.
    """

    exhaustive: VectorIndex
    approximate: VectorIndex | None = None
    filtered: VectorIndex | None = None
    record: IndexRecord | None = None
    note: str | None = None


def write_indexes(
    folder: Path, record: IndexRecord, exhaustive: VectorIndex, approximate: VectorIndex | None
) -> IndexRecord:
    """Write the indexes of a space in the place of those that are there: completely, or not at all.

    Args:
        folder: of the space; see `CollectionPaths.index`.
        record: its ``files`` are filled in here.

    Raises:
        StorageError: the disk refused; what was there still is.
    """
    temporary = folder.with_name(f"{TEMPORARY}{folder.name}")
    with exclusive(folder.parent), storage_errors(f"write the index {folder}"):
        remove(temporary)
        try:
            for name, index in ((EXHAUSTIVE, exhaustive), (APPROXIMATE, approximate)):
                if index is not None:
                    (temporary / name).mkdir(parents=True)
                    index.save(temporary / name)
            files = {
                str(path.relative_to(temporary)): path.stat().st_size
                for path in sorted(temporary.rglob("*"))
                if path.is_file()
            }
            written = {**asdict(record), "files": files, "format": FORMAT}
            (temporary / MANIFEST).write_text(json.dumps(written, indent=1, sort_keys=True), encoding="utf-8")
            flush_tree(temporary)
            # Between the two renames there is no index: the exact plan serves.
            doomed = folder.with_name(f"{TEMPORARY}old-{folder.name}")
            remove(doomed)
            if folder.exists():
                move(folder, doomed)
            move(temporary, folder)
            remove(doomed)
        finally:
            remove(temporary)
    return read_record(folder)


def read_record(folder: Path) -> IndexRecord:
    """Read the manifest of a space's indexes.

    Raises:
        IntegrityError: there is none, it is damaged, or of another version.
    """
    path = folder / MANIFEST
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = stored.pop("format")
        if version != FORMAT:
            raise IntegrityError(
                path, f"format {version}; this Pinakes reads {FORMAT}: run pinakes tune again"
            )
        rungs = {name: Rung(**stored[name]) if stored[name] else None for name in (EXHAUSTIVE, APPROXIMATE)}
        table = tuple(Rung(**rung) for rung in stored["table"])
        return IndexRecord(**{**stored, **rungs, "table": table})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(path, f"cannot be read: {error}") from error


def open_indexes(folder: Path, vectors: Stored, sha256: str) -> OpenIndexes:
    """Open the indexes of a space; the exact scan of the vectors where there are none, or not for these.

    Args:
        folder: of the space; see `CollectionPaths.index`.
        vectors: of the space.
        sha256: of their file.
    """
    plain = OpenIndexes(ExactIndex(vectors))
    if not folder.is_dir():
        return plain
    try:
        record = read_record(folder)
        if record.vectors != sha256:
            raise IntegrityError(folder, "built from other vectors")
        sizes = {name: (folder / name).stat().st_size for name in record.files}
        if sizes != dict(record.files):
            raise IntegrityError(folder, "a file is not as long as it was written")
        exhaustive = index_family(record.exhaustive.family).open(folder / EXHAUSTIVE, vectors)
        if record.approximate is None:
            return OpenIndexes(exhaustive, record=record)
        found = index_family(record.approximate.family).open(folder / APPROXIMATE, vectors)
        approximate = found.at(record.approximate.effort)
        effort = record.filtered_effort
        filtered = None if effort is None else found.at(effort)
        return OpenIndexes(exhaustive, approximate, filtered, record)
    except (PinakesError, OSError) as error:
        note = f"the index is not used, every search is exact ({error}); build it again: pinakes tune"
        return OpenIndexes(plain.exhaustive, note=note)
