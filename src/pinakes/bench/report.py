"""Raw rows summed up: one line for each system and filter."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pinakes.bench.job import Row
from pinakes.bench.machine import thread_settings
from pinakes.bench.run import Measured, Run
from pinakes.bench.statistics import Latency


@dataclass(frozen=True, slots=True)
class Line:
    """One system under one filter.

    Attributes:
        effort: that was spent.
        recall: mean recall of the worst kind of query; None where the order is not that of the vectors.
        worst_kind: that kind.
        latency: over the queries of all kinds.
        by_kind: recall and latency of each kind.
        repeated: answers that held a row twice.
    """

    system: str
    phase: str
    case: str
    effort: int
    recall: float | None
    worst_kind: str
    latency: Latency
    by_kind: dict[str, tuple[float | None, Latency]]
    repeated: int


def lines(measured: Measured, phases: Iterable[str] = ("measure",)) -> list[Line]:
    """Sum up the rows of a system, one line for each phase, filter and effort, in the order of the rows."""
    groups: dict[tuple[str, str, int], list[Row]] = {}
    wanted = set(phases)
    for row in measured.rows:
        if row.phase in wanted:
            groups.setdefault((row.phase, row.case, row.effort), []).append(row)
    return [
        _line(measured.summary.system, phase, case, effort, rows)
        for (phase, case, effort), rows in groups.items()
    ]


def as_json(run: Run) -> dict[str, Any]:
    """Return everything but the raw rows."""
    return {
        "machine": asdict(run.machine),
        "versions": run.versions,
        "threads": run.threads,
        "thread_settings": thread_settings(),
        "dataset": {
            "name": run.dataset.name,
            "synthetic": run.dataset.synthetic,
            "source": run.dataset.source,
            "rows": len(run.dataset.rows),
            "dimensions": run.dataset.rows.shape[1],
            "queries": {kind: len(found) for kind, found in run.dataset.queries.items()},
        },
        "k": run.job.k,
        "target_recall": run.job.target,
        "memory_limit": run.job.limit,
        "systems": [
            {
                **asdict(measured.summary),
                "lines": [asdict(line) for line in lines(measured, ("cold", "sweep", "measure", "fixed"))],
            }
            for measured in run.measured
        ],
    }


def _line(system: str, phase: str, case: str, effort: int, rows: Sequence[Row]) -> Line:
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row)
    by_kind = {
        kind: (_mean_recall(some), Latency.of([row.milliseconds for row in some]))
        for kind, some in kinds.items()
    }
    told = {kind: value for kind, (value, _) in by_kind.items() if value is not None}
    worst = min(told, key=told.__getitem__) if told else ""
    return Line(
        system=system,
        phase=phase,
        case=case,
        effort=effort,
        recall=told.get(worst),
        worst_kind=worst,
        latency=Latency.of([row.milliseconds for row in rows]),
        by_kind=by_kind,
        repeated=sum(1 for row in rows if row.repeats),
    )


def _mean_recall(rows: Sequence[Row]) -> float | None:
    told = [row.recall for row in rows if row.recall is not None]
    return sum(told) / len(told) if told else None
