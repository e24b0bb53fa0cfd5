"""One measurement as values: what a process is told to measure, and what it leaves."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pinakes.bench.data.cases import UNFILTERED, Case, Kind


@dataclass(frozen=True, slots=True)
class Job:
    """What one process measures.

    Attributes:
        system: its name.
        dataset: folder of the data set.
        out: folder for the rows and the summary.
        kept: folder of the built index; used again if the system can open what it left there.
        cases: filters.
        k: rows of an answer.
        target: recall@k that decides how much effort is spent.
        seconds: of measuring, for each case and kind of query; at least `MINIMUM` queries.
        clients: threads that ask at the same time when throughput is measured; 0 to leave that out.
        limit: bytes of memory, page cache included; None for no limit.
        sweep: measure for plots too: every effort without a filter, and every filter with the effort that is
            enough without one.
    """

    system: str
    dataset: Path
    out: Path
    kept: Path
    cases: tuple[Case, ...] = (UNFILTERED,)
    k: int = 10
    target: float = 0.99
    seconds: float = 5.0
    clients: int = 2
    limit: int | None = None
    sweep: bool = False

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), default=str, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Job":
        """Read what `write` wrote."""
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        raw["cases"] = tuple(Case(Kind(case["kind"]), case["share"], case["once"]) for case in raw["cases"])
        raw.update({name: Path(raw[name]) for name in ("dataset", "out", "kept")})
        return cls(**raw)


@dataclass(frozen=True, slots=True)
class Row:
    """One query that was measured; a line of ``rows.jsonl``.

    Attributes:
        phase: ``tune`` finds the effort, ``measure`` uses it, ``fixed`` filters with the effort found without
            a filter, ``sweep`` is one effort of many, ``cold`` comes after the page cache was emptied.
        case: the filter, as `str` writes it.
        kind: of the query.
        query: its number.
        effort: of the search.
        milliseconds: from call to answer.
        rows: the answer.
        recall: against the exact answer, by exact scores; None where the order is not that of the vectors.
        repeats: rows that were answered twice.
    """

    phase: str
    case: str
    kind: str
    query: int
    effort: int
    milliseconds: float
    rows: tuple[int, ...]
    recall: float | None
    repeats: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a system beside its queries; ``summary.json``.

    Attributes:
        skipped: why nothing was measured; None if it was.
        settings: of the index.
        filters, effort_name, answers: see `System`.
        build_seconds, build_peak: seconds, and bytes of own memory at the peak, of the build.
        open_seconds: to open what had been built, from a cold page cache; None if it was built.
        search_peak: bytes of memory at the peak while searching, mapped files and servers included.
        disk: bytes of what was built.
        queries_per_second: by case, with ``clients`` threads.
        limit_peak, evictions: under a memory limit, see `MemoryLimit`.
    """

    system: str
    skipped: str | None = None
    settings: dict[str, str | int | float] | None = None
    filters: str = ""
    effort_name: str = ""
    answers: str = ""
    build_seconds: float | None = None
    build_peak: int | None = None
    open_seconds: float | None = None
    search_peak: int = 0
    disk: int = 0
    queries_per_second: dict[str, float] | None = None
    limit_peak: int | None = None
    evictions: int | None = None


def read_rows(folder: Path) -> list[Row]:
    """Read the raw rows of a measurement."""
    path = folder / "rows.jsonl"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [Row(**{**raw, "rows": tuple(raw["rows"])}) for raw in map(json.loads, lines)]


def read_summary(folder: Path) -> Summary:
    """Read the summary of a measurement."""
    return Summary(**json.loads((folder / "summary.json").read_text(encoding="utf-8")))
