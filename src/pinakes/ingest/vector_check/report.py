"""What a look at vectors found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: in a word or two.
        level: how much it matters.
        found: what was measured, with its number.
        advice: what to do; empty where there is nothing to do.
    """

    name: str
    level: Level
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values in bins of one width between ``low`` and ``high``."""

    title: str
    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VectorReport:
    """A page about a file of vectors.

    Attributes:
        name: of the file.
        rows, dim, dtype, megabytes: of its array.
        samples: how many rows each kind of look was taken at, where not at all of them.
        findings: the worst first.
        histograms: to draw.
    """

    name: str
    rows: int
    dim: int
    dtype: str
    megabytes: float
    samples: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    histograms: tuple[Histogram, ...] = ()

    @property
    def verdict(self) -> str:
        """The page in one sentence."""
        names = {level: [f.name for f in self.findings if f.level is level] for level in Level}
        if names[Level.BAD]:
            return f"look at: {', '.join(names[Level.BAD])}"
        found = "nothing that was measured is wrong" if names[Level.UNKNOWN] else "nothing is wrong"
        note = f"; worth knowing: {', '.join(names[Level.NOTE])}" if names[Level.NOTE] else ""
        return f"{found} with these vectors{note}"
