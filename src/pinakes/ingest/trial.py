"""Before a long run a few pictures are tried: broken vectors show in seconds, not in hours."""

from dataclasses import dataclass
from pathlib import Path

from pinakes.encoders.cache.base import FeatureCache
from pinakes.ingest.census import take_census
from pinakes.ingest.encoders import of_pictures
from pinakes.ingest.progress import Report
from pinakes.ingest.rehearsal import rehearse
from pinakes.ingest.workshop import open_families
from pinakes.settings import Settings
from pinakes.sources.base import Source
from pinakes.sources.open import names_pictures

SAMPLE_GATE = "sample"
"""What is waived to go on in spite of it."""

LONG = 1_000
"""Pictures without features: from so many on, a few are tried first."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried before a long run.

    Attributes:
        folder: of the collection.
        settings: of the collection.
        cache: of features.
        report: told of the stage ``sample``.
    """

    folder: Path
    settings: Settings
    cache: FeatureCache
    report: Report

    def run(self, source: Source, *, waived: bool) -> tuple[int | None, tuple[str, ...]]:
        """Count the pictures of a source, and try a few where many have no features yet.

        Args:
            source: read once, no picture of it is opened but those that are tried.
            waived: try nothing.

        Returns:
            (number of pictures, None for a table that names none; what to tell the owner).

        Raises:
            GateError: the vectors are of no use.
            SourceError: the source cannot be read.
        """
        if not names_pictures(self.settings, self.folder):
            return None, ()
        census = take_census(source.records())
        families = of_pictures(open_families(self.settings), self.settings)
        made = min((self.cache.count(f.features.fingerprint) for f in families.values()), default=0)
        new = census.pictures - made
        if new < LONG or not families or waived:
            return census.pictures, ()
        self.report("sample", 0, len(census.sample))
        tried = rehearse(census.sample, families)
        self.report("sample", len(census.sample), len(census.sample))
        tried.raise_problems()
        return census.pictures, (tried.note(new),) if tried.pictures else ()
