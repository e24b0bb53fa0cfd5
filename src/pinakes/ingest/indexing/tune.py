"""Choosing the indexes of a space: build every rung, measure it on the space's own vectors, keep the best."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pinakes.indexes.base import IndexFamily, VectorIndex
from pinakes.indexes.families import index_family
from pinakes.indexes.stored import IndexRecord, Rung, write_indexes
from pinakes.ingest.indexing.measure import (
    Asked,
    Questions,
    measure,
    measure_filtered,
    pose,
    time_in_turns,
)
from pinakes.ingest.indexing.queries import Queries, make_queries
from pinakes.ingest.progress import Report, silent
from pinakes.kernels.clock import utc_now
from pinakes.kernels.similarity import Stored
from pinakes.registry import BUILT_IN, components
from pinakes.snapshots.durable import storage_errors
from pinakes.snapshots.layout import TEMPORARY

GATE = 0.99
"""Recall@10 and @100 that an approximate index must reach."""

SEEN = 0.5
"""Of the loss that a gate allows, how much may be seen in tuning: other queries lose more.

An effort that was at 0.99 for a hundred queries was at 0.9875 for others (100,000 rows).
"""

EACH = 50
"""Queries of each kind."""

PAYS = 0.8
"""An approximate index is kept where it takes less than this share of the time of one that finds more."""

LADDER = ("exact", "int8", "pq:8", "pq:4", "pq:2", "ivf:4", "ivf:2", "hnsw")
"""What `pinakes tune` tries, besides plugins."""

MANY, HUGE = 250_000, 2_000_000
"""Rows from which lists pay, and from which nothing else is tried unless it is named: other codes of so many
rows do not stay in memory."""

SHORT_LADDER = ("exact", "int8", "pq:4", "pq:2")
"""What is tried after every large freeze until one will do: what won on 100,000 vectors of CLIP, in seconds,
and then finer codes, for vectors that differ in all directions alike."""

MANY_LADDER, HUGE_LADDER = ("exact", "int8", "ivf:4", "ivf:2"), ("exact", "ivf:2")
"""The same from `MANY` rows, and from `HUGE`, of which each that is scored again comes from the disk: under
coarser codes these were 468 for a picture among ten million, and took 101 ms (p95) instead of 17."""

SPREAD = 4.0
"""What takes so many times as long as the fastest is no rival of it, however noisy the machine; what takes
less is timed again, in turns."""

IN_TURNS, EVERY = 8, 4
"""Queries of each kind that are asked in turns, and of those with masks every fourth: some of each kind."""

SLOW_MS = 10.0
"""Milliseconds of an exact filtered answer from which one at the gate is taken for it, where none that lost
nothing takes `AMPLE_MS` at most."""

SURER, AMPLE_MS = 1.5, 5.0
"""How many times as long a filtered answer may take, and how many milliseconds at most, to look harder than
was seen to be needed: the slowest of twenty takes twice the median, and one of 200 rows three times."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What to try.

    Attributes:
        families: by name; what suits the number of rows when None.
        gate: recall@10 and @100 that an approximate index must reach.
        each: queries of each kind, where they are made.
        queries: to measure with; made from the vectors when None.
        first: try no more once an approximate index reaches the gate, and has an effort for filters.
    """

    families: Sequence[str] | None = None
    gate: float = GATE
    each: int = EACH
    queries: Queries | None = None
    first: bool = False


def ladder(rows: int) -> Sequence[str]:
    """Return every family that suits so many rows, those of plugins too."""
    plugins = [name for name in components("index") if name not in BUILT_IN["index"]]
    return (*(LADDER if rows < HUGE else HUGE_LADDER), *plugins)


def short_tuning(rows: int, each: int = EACH) -> Tuning:
    """Return what is tried after a freeze of so many rows."""
    families = SHORT_LADDER if rows < MANY else MANY_LADDER if rows < HUGE else HUGE_LADDER
    return Tuning(families, each=each, first=True)


def tune_space(
    folder: Path, vectors: Stored, sha256: str, tuning: Tuning | None = None, report: Report = silent
) -> IndexRecord:
    """Build, measure and keep the indexes of a space.

    Args:
        folder: where they go; see `CollectionPaths.index`.
        vectors: unit rows, shape (n, dim), at least one.
        sha256: of their file.
        tuning: what to try; the whole ladder when None.

    Raises:
        UnknownNameError: there is no such family.
        StorageError: the disk refused.
    """
    tuning = tuning or Tuning()
    names = ladder(len(vectors)) if tuning.families is None else tuning.families
    families = [index_family(name) for name in dict.fromkeys(("exact", *names))]
    queries = tuning.queries or make_queries(vectors, tuning.each)
    report("indexes", 0, len(families))
    questions = pose(vectors, queries.kinds)
    tried: list[Tried] = []
    for number, family in enumerate(families, start=1):
        within = min((one.filtered_ms for one in tried if one.index.exhaustive), default=np.inf)
        tried.append(_try(family, vectors, questions, _Limits(tuning.gate, within), folder.parent))
        report("indexes", number, len(families))
        if tuning.first and tried[-1].will_do(tuning.gate, within):
            break
    report("indexes", len(families), len(families))
    tried = _timed_again(tried, vectors, questions, tuning.gate)
    exact = min((one for one in tried if one.index.exhaustive), key=lambda one: one.rungs[0].ms)
    quick = _quickest(tried, tuning.gate, PAYS * exact.rungs[0].ms)
    record = IndexRecord(
        vectors=sha256,
        rows=len(vectors),
        dim=vectors.shape[1],
        gate=tuning.gate,
        queries=queries.made,
        exhaustive=exact.rungs[0],
        approximate=None if quick is None else quick.reaching(tuning.gate),
        filtered_effort=None if quick is None else quick.under_masks(exact.filtered_ms, tuning.gate),
        table=tuple(rung for one in tried for rung in one.rungs),
        files={},
        made=utc_now(),
    )
    return write_indexes(folder, record, exact.index, None if quick is None else quick.index)


@dataclass(frozen=True, slots=True)
class Tried:
    """An index that was built, and what was measured at each effort, ascending."""

    index: VectorIndex
    rungs: tuple[Rung, ...]

    def reaching(self, gate: float) -> Rung | None:
        """Return the fastest rung that loses so little that other queries should be at or above a gate.

        What finds more is taken for it where it takes hardly longer.
        """
        least = 1.0 - SEEN * (1.0 - gate)
        enough = [rung for rung in self.rungs if min(rung.recall10, rung.recall100) >= least]
        within = min((rung.ms for rung in enough), default=0.0) / PAYS
        close = [rung for rung in enough if rung.ms <= within]
        return max(close, key=lambda rung: (rung.recall10, rung.recall100, -rung.ms), default=None)

    @property
    def filtered_ms(self) -> float:
        """Median milliseconds under masks at the lowest effort."""
        return self.rungs[0].filtered_ms or 0.0

    def will_do(self, gate: float, exact_ms: float) -> bool:
        """Return whether it is an approximate index that reaches a gate and has an effort for filters."""
        if self.index.exhaustive or self.reaching(gate) is None:
            return False
        return self.under_masks(exact_ms, gate) is not None

    def under_masks(self, exact_ms: float, gate: float) -> int | None:
        """Return the effort for filtered answers; None where they should be exact.

        It is the highest that lost no row of any filtered answer, takes no longer than an exact one, and
        hardly longer than the fastest that lost nothing (`SURER`, `AMPLE_MS`). The highest, not the first:
        that nothing was lost was seen on some hundred answers, and a little time is well spent on being
        surer. Where none that lost nothing is quick, and an exact answer is slow, it is the first at or above
        the gate.
        """
        paying = [
            rung for rung in self.rungs if rung.filtered_ms is not None and rung.filtered_ms <= exact_ms
        ]
        lossless = [rung for rung in paying if rung.filtered == 1.0]
        first = min((rung.filtered_ms or 0.0 for rung in lossless), default=np.inf)
        if first > AMPLE_MS and exact_ms >= SLOW_MS:
            enough = (rung.effort for rung in paying if (rung.filtered_recall or 0.0) >= gate)
            return min(enough, default=None)
        within = max(first, min(SURER * first, AMPLE_MS))
        return max((rung.effort for rung in lossless if (rung.filtered_ms or 0.0) <= within), default=None)


def _timed_again(tried: Sequence[Tried], vectors: Stored, questions: Questions, gate: float) -> list[Tried]:
    """Time all that may be kept in turns: what is measured once may have met a slow machine."""
    good = [(one, rung) for one in tried for rung in one.rungs if min(rung.recall10, rung.recall100) >= gate]
    indexes = [one.index.at(rung.effort) if rung.effort else one.index for one, rung in good]
    opened = [one for asked in questions.open.values() for one in asked[:IN_TURNS]]
    ms = _rivals_timed(indexes, [rung.ms for _, rung in good], vectors, opened)
    filtered = [rung.filtered_ms or 0.0 for _, rung in good]
    filtered_ms = _rivals_timed(indexes, filtered, vectors, questions.masked[::EVERY])
    again = {
        (rung.family, rung.effort): replace(rung, ms=one, filtered_ms=masked)
        for (_, rung), one, masked in zip(good, ms, filtered_ms, strict=True)
    }
    return [
        replace(one, rungs=tuple(again.get((rung.family, rung.effort), rung) for rung in one.rungs))
        for one in tried
    ]


def _rivals_timed(
    indexes: Sequence[VectorIndex], taken: Sequence[float], vectors: Stored, asked: Sequence[Asked]
) -> list[float]:
    """Return milliseconds: in turns for the fastest and its rivals, as they were for the others."""
    rivals = [place for place, ms in enumerate(taken) if ms <= SPREAD * min(taken)]
    again = time_in_turns([indexes[place] for place in rivals], vectors, asked)
    timed = dict(zip(rivals, again, strict=True))
    return [round(timed.get(place, ms), 4) for place, ms in enumerate(taken)]


def _quickest(tried: Sequence[Tried], gate: float, within: float) -> Tried | None:
    """Return the approximate index that reaches the gate fastest, within so many milliseconds.

    What finds more is taken for it where it takes hardly longer.
    """
    reaching = [(one, one.reaching(gate)) for one in tried if not one.index.exhaustive]
    fast = [(one, rung) for one, rung in reaching if rung is not None and rung.ms <= within]
    if not fast:
        return None
    enough = min(rung.ms for _, rung in fast) / PAYS
    close = [(one, rung) for one, rung in fast if rung.ms <= enough]
    return max(close, key=lambda found: (found[1].recall10, -found[1].ms))[0]


@dataclass(frozen=True, slots=True)
class _Limits:
    """The recall from which masks are tried, and the milliseconds of an exact answer under masks."""

    gate: float
    filtered_ms: float


def _try(family: IndexFamily, vectors: Stored, questions: Questions, limits: _Limits, beside: Path) -> Tried:
    """Build an index and measure it as it will be used: opened from its files."""
    begun = time.perf_counter()
    index = family.build(vectors)
    seconds = time.perf_counter() - begun
    beside.mkdir(parents=True, exist_ok=True)
    rungs: list[Rung] = []
    with storage_errors("try an index"), tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=beside) as trial:
        index.save(Path(trial))
        size = sum(path.stat().st_size for path in Path(trial).rglob("*") if path.is_file())
        opened = family.open(Path(trial), vectors)
        for effort in index.efforts or (0,):
            at = opened.at(effort) if effort else opened
            recall = measure(at, vectors, questions)
            masked = None
            if min(recall.shallow, recall.deep) >= limits.gate:
                masked = measure_filtered(at, vectors, questions)
            rungs.append(
                Rung(
                    family=family.name,
                    effort=effort,
                    recall10=round(recall.shallow, 5),
                    low10=round(recall.low, 5),
                    high10=round(recall.high, 5),
                    recall100=round(recall.deep, 5),
                    filtered=None if masked is None else masked.lowest,
                    filtered_recall=None if masked is None else round(masked.recall, 5),
                    ms=round(recall.ms, 4),
                    filtered_ms=None if masked is None else round(masked.ms, 4),
                    build_s=round(seconds, 2),
                    bytes=size,
                )
            )
            if masked is not None and masked.ms > SPREAD * limits.filtered_ms:
                break  # looking harder only takes longer
    return Tried(index, tuple(rungs))
