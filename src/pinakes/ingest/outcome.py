"""What the owner's verbs say of what they did and found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pinakes.catalog.quarantine import Entry
from pinakes.catalog.runs import Run
from pinakes.ingest.freeze import FreezeReport
from pinakes.ingest.report import AddReport
from pinakes.ingest.variants import Variants


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What `index` did.

    Attributes:
        folder: of the collection.
        release: id of the release that is served now.
        add: what came from the source.
        freeze: what was written.
        notes: what the owner should know.
        seconds: wall-clock time of it all.
    """

    folder: Path
    release: str
    add: AddReport
    freeze: FreezeReport
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Deleted:
    """What `delete` did: the ids that were there, and the release without them."""

    deleted: tuple[str, ...]
    release: str


@dataclass(frozen=True, slots=True)
class Status:
    """What a collection holds.

    Attributes:
        items: in the catalogue.
        snapshots: of the release that is served, base first.
        quarantine: number of entries by reason.
        runs: the latest, newest first.
        missing: by space, why its encoder is not at hand, and what to do.
        notes: what the owner should know of what is served.
    """

    name: str
    synthetic: bool
    items: int
    views: int
    media: int
    release: str | None
    snapshots: tuple[str, ...]
    deltas: int
    blocked: int
    quarantine: Mapping[str, int]
    runs: tuple[Run, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `doctor` found.

    Attributes:
        problems: damaged or missing files of the served release.
        variants: values that are spelled in several ways.
        quarantine: every entry.
    """

    problems: tuple[str, ...]
    variants: tuple[Variants, ...]
    quarantine: tuple[Entry, ...]
