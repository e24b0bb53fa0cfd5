"""A data set in a folder: vectors, queries that are no rows, columns to filter by."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from pinakes.bench.data.cases import Case, Column, Range
from pinakes.bench.data.generate import Cloud, write_rows
from pinakes.bench.data.spectrum import Spectrum, fit_spectrum
from pinakes.errors import SourceError
from pinakes.ingest.progress import Report, silent
from pinakes.kernels.similarity import Stored, unit_rows

CHUNK = 65_536
"""Rows that are read at a time."""

DIRECTION_ROWS = 20_000
"""Rows, evenly spread, that the first principal direction is computed from."""


@dataclass(frozen=True)
class Dataset:
    """Vectors and queries, mapped from a folder.

    Attributes:
        folder: holds ``dataset.json``, ``rows.npy``, ``queries/`` and ``columns/``.
        name: for people.
        synthetic: the rows were generated, in whole or in part.
        source: where the vectors come from.
    """

    folder: Path
    name: str
    synthetic: bool
    source: str

    @classmethod
    def open(cls, folder: Path) -> "Dataset":
        """Open a data set.

        Raises:
            SourceError: the folder holds none.
        """
        try:
            about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise SourceError(f"{folder} holds no data set: {error}") from error
        return cls(folder, about["name"], about["synthetic"], about["source"])

    @cached_property
    def rows(self) -> Stored:
        """Unit vectors as a snapshot stores them, float16, shape (n, dim); mapped."""
        stored: Stored = np.load(self.folder / "rows.npy", mmap_mode="r")
        return stored

    @cached_property
    def queries(self) -> Mapping[str, NDArray[np.float32]]:
        """Unit vectors by kind of query, each of shape (m, dim)."""
        return {path.stem: np.load(path) for path in sorted((self.folder / "queries").glob("*.npy"))}

    @cached_property
    def columns(self) -> Mapping[Column, NDArray[np.int32]]:
        """What rows can be filtered by, each of shape (n,)."""
        return {column: np.load(self.folder / "columns" / f"{column}.npy") for column in Column}

    @cached_property
    def direction(self) -> NDArray[np.float32]:
        """The first principal direction of the rows, shape (dim,)."""
        direction: NDArray[np.float32] = np.load(self.folder / "direction.npy")
        return direction

    def sides(self, queries: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the side of the first principal direction on which each query lies, -1 or 1.

        Sides are told from the middle of the queries: text vectors all lie on one side of the pictures.
        """
        along = queries @ self.direction
        return np.where(along > np.median(along), 1, -1)

    def filters(self, kind: str, case: Case) -> list[Range | None]:
        """Return the filter of each query of a kind."""
        before = sum(len(found) for name, found in self.queries.items() if name < kind)
        sides = self.sides(self.queries[kind]).tolist()
        return [case.where(len(self.rows), side, number) for number, side in enumerate(sides, start=before)]


def generate_dataset(
    folder: Path, spectrum: Spectrum, *, rows: int, queries: int, seed: int = 0, progress: Report = silent
) -> Dataset:
    """Generate a data set, or open it if the folder holds it already.

    Args:
        folder: made if missing.
        rows, queries: how many; as many queries of each kind.
        seed: of everything that is drawn.
        progress: told how far it is.
    """
    about = {
        "name": f"{rows:,} generated",
        "synthetic": True,
        "source": f"generated from a spectrum {spectrum.source}",
        "rows": rows,
        "queries": queries,
        "seed": seed,
        "spectrum": repr(spectrum),
    }
    if _holds(folder, about):
        return Dataset.open(folder)
    cloud = Cloud(spectrum, rows, seed)
    (folder / "queries").mkdir(parents=True, exist_ok=True)
    for done in write_rows(cloud, folder / "rows.npy"):
        progress("generate", done, rows)
    np.save(folder / "queries" / "picture.npy", cloud.picture_queries(queries))
    np.save(folder / "queries" / "text.npy", cloud.text_queries(queries))
    return _finish(folder, about, seed, progress)


def extend_dataset(
    folder: Path,
    vectors: NDArray[np.floating],
    queries: Mapping[str, NDArray[np.floating]],
    *,
    name: str,
    rows: int = 0,
    seed: int = 0,
    progress: Report = silent,
) -> Dataset:
    """Make a data set of vectors that exist, filled up with generated ones from their own spectrum.

    Args:
        folder: made if missing; opened if it holds this already.
        vectors: shape (n, dim); all of them become rows.
        queries: by kind, shape (m, dim); those that are among the vectors, as they are stored, are left out.
            Without any, a fifth of the vectors, at most 1,000, become queries instead of rows.
        name: for people.
        rows: at least so many, the rest is generated; 0 for none.
        seed: of what is drawn.
        progress: told how far it is.

    Raises:
        SourceError: shapes do not fit; every query is a row.
    """
    kinds = {kind: unit_rows(_matrix(found, kind)) for kind, found in queries.items()}
    existing = unit_rows(_matrix(vectors, name))
    if not kinds:
        held = np.random.default_rng(seed).permutation(len(existing))[: min(1_000, len(existing) // 5)]
        kinds = {"held_out": existing[np.sort(held)]}
        existing = np.delete(existing, held, axis=0)
    for kind, found in kinds.items():
        if found.shape[1] != existing.shape[1]:
            raise SourceError(
                f"queries {kind} have {found.shape[1]} dimensions, {name} has {existing.shape[1]}"
            )
    kinds = {kind: _no_rows(found, existing, kind) for kind, found in kinds.items()}
    filling = max(0, rows - len(existing))
    spectrum = fit_spectrum(existing, name, seed) if filling else None
    about = {
        "name": name,
        "synthetic": bool(filling),
        "source": f"{len(existing):,} vectors of {name}"
        + (f" and {filling:,} generated from their spectrum" if filling else ""),
        "rows": len(existing) + filling,
        "queries": {kind: len(found) for kind, found in kinds.items()},
        "seed": seed,
        "spectrum": repr(spectrum),
    }
    if _holds(folder, about):
        return Dataset.open(folder)
    (folder / "queries").mkdir(parents=True, exist_ok=True)
    shape = (len(existing) + filling, existing.shape[1])
    out = open_memmap(folder / "rows.npy", mode="w+", dtype=np.float16, shape=shape)
    out[: len(existing)] = existing
    if spectrum is not None:
        cloud = Cloud(spectrum, filling, seed)
        # The generated cloud is moved and turned onto the real one: same mean, same principal directions.
        turn = _alignment(cloud, existing)
        for start in range(0, filling, CHUNK):
            stop = min(start + CHUNK, filling)
            out[len(existing) + start : len(existing) + stop] = unit_rows(cloud.rows(start, stop) @ turn)
            progress("generate", stop, filling)
    out.flush()
    for kind, found in kinds.items():
        np.save(folder / "queries" / f"{kind}.npy", found)
    return _finish(folder, about, seed, progress)


def _finish(folder: Path, about: Mapping[str, object], seed: int, progress: Report) -> Dataset:
    """Write the columns; ``dataset.json`` comes last, so that what is cut short is made anew."""
    (folder / "columns").mkdir(exist_ok=True)
    rows: Stored = np.load(folder / "rows.npy", mmap_mode="r")
    n = len(rows)
    sample = np.asarray(rows[:: max(1, n // DIRECTION_ROWS)], dtype=np.float64)
    direction = np.linalg.eigh(np.cov(sample.T))[1][:, -1].astype(np.float32)
    np.save(folder / "direction.npy", direction)
    along = np.empty(n, dtype=np.float32)
    for start in range(0, n, CHUNK):
        along[start : start + CHUNK] = rows[start : start + CHUNK].astype(np.float32) @ direction
        progress("columns", min(start + CHUNK, n), n)
    for column, order in (
        (Column.ALONG, np.argsort(along, kind="stable")),
        (Column.SHUFFLED, np.random.default_rng(seed).permutation(n)),
    ):
        values = np.empty(n, dtype=np.int32)
        values[order] = np.arange(n, dtype=np.int32)
        np.save(folder / "columns" / f"{column}.npy", values)
    (folder / "dataset.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return Dataset.open(folder)


def _holds(folder: Path, about: Mapping[str, object]) -> bool:
    kept = folder / "dataset.json"
    return kept.exists() and json.loads(kept.read_text(encoding="utf-8")) == about


def _matrix(values: NDArray[np.floating], name: str) -> NDArray[np.floating]:
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.floating):
        raise SourceError(
            f"{name} must be a float matrix (rows, dimensions), not {values.dtype} {values.shape}"
        )
    return values


def _no_rows(queries: NDArray[np.float32], rows: NDArray[np.float32], kind: str) -> NDArray[np.float32]:
    """Return the queries that are no rows: a row is too easy to find for itself."""
    asked, stored = queries.astype(np.float16), rows.astype(np.float16)
    alike = stored[np.isin(stored[:, 0], asked[:, 0])]
    known = {row.tobytes() for row in alike}
    apart = queries[[row.tobytes() not in known for row in asked]]
    if not len(apart):
        raise SourceError(f"every query of {kind} is one of the vectors that are searched")
    return apart


def _alignment(cloud: Cloud, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rotation that takes the mean and principal directions of a cloud to those of rows.

    The orthogonal Procrustes problem (Schönemann, Psychometrika 31, 1966) on second moments about the origin:
    the eigenvectors of the one are paired with those of the other by rank.
    """
    drawn = cloud.rows(0, min(cloud.size, CHUNK)).astype(np.float64)
    real = rows.astype(np.float64)
    ours = np.linalg.eigh(drawn.T @ drawn)[1]
    theirs = np.linalg.eigh(real.T @ real)[1]
    # The first direction is the mean of both: its sign matters, those of the others do not.
    ours[:, -1] *= np.sign(drawn.mean(axis=0) @ ours[:, -1])
    theirs[:, -1] *= np.sign(real.mean(axis=0) @ theirs[:, -1])
    turn: NDArray[np.float32] = (ours @ theirs.T).astype(np.float32)
    return turn
