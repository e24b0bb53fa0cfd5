"""What an ingest did, in numbers that add up."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PictureCounts:
    """What came of the pictures that the items name.

    Attributes:
        decoded: read, decoded and encoded in this run.
        unchanged: known from an earlier run.
        refused: not usable; each has a reason in quarantine.
        missing: not to be had; each has a reason in quarantine.
        remote: of those, how many have an address that nobody asked to fetch.
    """

    decoded: int = 0
    unchanged: int = 0
    refused: int = 0
    missing: int = 0
    remote: int = 0


@dataclass(frozen=True, slots=True)
class FeatureCounts:
    """How many features of pictures were needed, one for each picture and encoder.

    Attributes:
        made: encoded in this run.
        found: in the feature cache already.
    """

    made: int = 0
    found: int = 0

    @property
    def hit_rate(self) -> float | None:
        """Share that the feature cache had, 0 to 1; None where none was needed."""
        needed = self.made + self.found
        return self.found / needed if needed else None


@dataclass(frozen=True, slots=True)
class AddReport:
    """What an ingest did.

    Attributes:
        read: entries that the source gave: records, and rows or files that it could not make a record of.
        added: items that are new.
        updated: items of which something changed that a person can see.
        unchanged: items that are as they were.
        quarantined: entries that gave no item; each has a reason in quarantine.
        vanished: items in the catalogue for which the source gave no item this time. They stay until a run
            with ``prune``.
        pruned: of those, how many were deleted.
        pictures: what came of the pictures.
        features: what the encoders and the feature cache did for them.
        seconds: wall-clock time.
        left_out: values and vectors of items that could not be used, and are unknown; each has a reason in
            quarantine.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    vanished: int = 0
    pruned: int = 0
    pictures: PictureCounts = field(default_factory=PictureCounts)
    features: FeatureCounts = field(default_factory=FeatureCounts)
    seconds: float = 0.0
    left_out: int = 0

    @property
    def items(self) -> int:
        """Return how many entries gave an item."""
        return self.added + self.updated + self.unchanged

    @property
    def balanced(self) -> bool:
        """Return whether every entry is accounted for: in = out + rejected."""
        return self.read == self.items + self.quarantined
