"""Changing the encoder of a space without fear: estimate, encode beside what is served, compare, publish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pinakes.catalog.database import Database
from pinakes.encoders.base import EncoderFamily, TextFamily
from pinakes.encoders.cache.base import FeatureCache
from pinakes.encoders.families import name_in_full, open_family
from pinakes.engine import Engine
from pinakes.errors import SettingsError, UnknownNameError, UsageError, not_published
from pinakes.evaluation.compare import Comparison, K, compare
from pinakes.evaluation.judgements import find_judgements, read_judgements
from pinakes.ingest.freeze import FreezeReport
from pinakes.ingest.indexing.build import index_after_freeze
from pinakes.ingest.progress import Report, silent
from pinakes.ingest.reencode import Estimate, Reencoder, estimate_texts
from pinakes.ingest.spaces.texts import item_texts
from pinakes.ingest.workshop import (
    make_freezer,
    picture_files,
    point_ref,
    served_release,
    writing,
)
from pinakes.kernels.spread import spread_evenly
from pinakes.opening import open_engine
from pinakes.settings import Settings, load_settings, save_settings
from pinakes.snapshots import refs
from pinakes.snapshots.layout import LIVE, CollectionPaths
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.release import Release

CANDIDATE = "candidate"
"""The ref of what is ready and not published."""

QUERIES = 200
"""Items whose neighbours are compared: the mean overlap is then known to about 0.03."""


@dataclass(frozen=True, slots=True)
class Migration:
    """Moves one space of a collection to another encoder; what is served stays until `publish`.

    Each step may be run again, also after a kill: what is done is not done twice.

    Attributes:
        folder: of the collection.
        to: the encoder.
        space: whose encoder it becomes.
    """

    folder: Path
    to: str
    space: str = "picture"
    progress: Report = field(default=silent, compare=False)

    def estimate(self) -> Estimate:
        """Encode a sample, and say what encoding the rest will cost.

        Raises:
            UnknownNameError: there is no such space or encoder.
            SettingsError: the space's vectors are brought, or the encoder is not at hand.
            UsageError: nothing is published yet.
            SourceError: a picture cannot be read any more.
        """
        settings = self._settings()
        with writing(self._paths, settings, "migrate") as (database, cache):
            width = np.dtype(settings.spaces[self.space].dtype).itemsize
            family = open_family(self.to)
            if isinstance(family, TextFamily):
                return estimate_texts(family.texts, self._texts(), cache, width)
            reencoder = self._reencoder(settings, database, cache, family)
            return reencoder.estimate(family.features.dim * width)

    def build(self) -> FreezeReport:
        """Encode what is lacking, freeze it as a new base, and point the ref ``candidate`` at it.

        The other spaces keep what was fitted for them. Where the ref is there already, from the same
        migration, it is brought up to the catalogue.

        Raises:
            GateError: a gate failed; what is served stays.
        """
        settings = self._settings()
        with writing(self._paths, settings, "migrate") as (database, cache):
            family = open_family(self.to)
            if not isinstance(family, TextFamily):  # texts are encoded by the freeze
                self._reencoder(settings, database, cache, family).run()
            begun = self._begun(settings)
            freezer = make_freezer(
                self._paths,
                settings,
                (database, cache),
                self.progress,
                release=begun or served_release(self._paths),
                refit=() if begun else (self.space,),
            )
            frozen = freezer.freeze(waive=settings.gates.waive)
            if frozen.kind == "base" and frozen.snapshot is not None:
                index_after_freeze(self._paths, frozen.snapshot, settings, self.progress)
            point_ref(self._paths, settings, frozen.snapshots, CANDIDATE, self._reason)
        return frozen

    def compare(self, judgements: Path | None = None) -> Comparison:
        """Compare what is served with the candidate.

        Args:
            judgements: a qrels file; None for that of the collection, if it has one.

        Raises:
            UnknownNameError: `build` did not run.
            SourceError: the judgements cannot be read.
        """
        path = judgements or find_judgements(self.folder)
        with open_engine(self.folder, LIVE) as old, open_engine(self.folder, CANDIDATE) as new:
            return compare(
                self._sample(),
                (self._neighbours(old), self._neighbours(new)),
                read_judgements(path) if path else None,
                (_words(old), _words(new)),
            )

    def publish(self) -> Release:
        """Serve the candidate, and write its encoder to ``pinakes.toml``; `Collection.rollback` undoes both.

        Raises:
            UnknownNameError: `build` did not run.
            UsageError: the candidate is that of another migration.
        """
        settings = self._settings()
        with writing(self._paths, settings, "migrate"):
            candidate = refs.read_release(self._paths, CANDIDATE)
            if self._begun(settings) is None:
                raise UsageError(f"the ref {CANDIDATE} is not a migration of {self.space} to {self.to}")
            # First the settings: should the second step fail, the next `index` completes the migration.
            save_settings(self._paths.root, settings)
            return refs.publish(self._paths, LIVE, candidate, self._reason)

    @property
    def _paths(self) -> CollectionPaths:
        return CollectionPaths(Path(self.folder).expanduser().absolute())

    @property
    def _reason(self) -> str:
        return f"migrate {self.space} to {self.to}"

    def _settings(self) -> Settings:
        """Return the settings with the new encoder."""
        settings = load_settings(self._paths.root)
        if self.space not in settings.spaces:
            raise UnknownNameError("space", self.space, settings.spaces)
        if self.space in settings.brought_spaces:
            raise SettingsError(f"the vectors of {self.space} are brought: bring those of the other encoder")
        if LIVE not in refs.list_refs(self._paths):
            raise not_published(self.folder)
        reads_words = isinstance(open_family(self.to), TextFamily)
        read_words = isinstance(open_family(settings.spaces[self.space].encoder), TextFamily)
        if reads_words != read_words:
            has, gets = ("words", "pictures") if read_words else ("pictures", "words")
            raise SettingsError(f"{self.space} is a space of {has}, and {self.to} is an encoder of {gets}")
        changed = settings.spaces[self.space].model_copy(update={"encoder": name_in_full(self.to)})
        return settings.model_copy(update={"spaces": {**settings.spaces, self.space: changed}})

    def _begun(self, settings: Settings) -> Release | None:
        """Return the candidate where it is one of this migration and is not served yet."""
        paths = self._paths
        if CANDIDATE not in refs.list_refs(paths):
            return None
        candidate = refs.read_release(paths, CANDIDATE)
        same = candidate.settings["spaces"] == settings.model_dump(mode="json")["spaces"]
        return candidate if same and candidate != refs.read_release(paths, LIVE) else None

    def _reencoder(
        self, settings: Settings, database: Database, cache: FeatureCache, family: EncoderFamily
    ) -> Reencoder:
        return Reencoder(
            database, cache, picture_files(self._paths, settings), family.features, self.progress
        )

    def _texts(self) -> list[str]:
        """Return the words of the items that are served, where there are any."""
        base = refs.read_release(self._paths, LIVE).snapshots[0].name
        return [text for text in item_texts(open_snapshot(self._paths, base).items) if text]

    def _sample(self) -> list[str]:
        """Return ids of items that are served, spread evenly."""
        paths = self._paths
        base = refs.read_release(paths, LIVE).snapshots[0].name
        ids = open_snapshot(paths, base).items["id"]
        return [ids[row] for row in spread_evenly(len(ids), QUERIES).tolist()]

    def _neighbours(self, engine: Engine) -> Callable[[str], Sequence[str]]:
        others = {name: 0.0 for name in load_settings(self._paths.root).spaces if name != self.space}

        def answer(item: str) -> list[str]:
            try:
                hits = engine.search(like=item, weights=others, top=K, collapse=False).hits
            except UnknownNameError:
                return []  # deleted since the base was frozen
            return [hit.id for hit in hits]

        return answer


def _words(engine: Engine) -> Callable[[str], Sequence[str]]:
    return lambda text: [hit.id for hit in engine.search(text, top=K, collapse=False).hits]
