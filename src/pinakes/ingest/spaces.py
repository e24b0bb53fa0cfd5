"""The vector spaces of a snapshot: fitted at the first base, filled from the feature cache."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import EncoderFamily, FittedEncoder, TextEncoder
from pinakes.encoders.bridge import BRIDGE, Bridge, open_bridge
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import IntegrityError
from pinakes.indexes.bm25 import BM25Index
from pinakes.ingest.bridging import fit_words
from pinakes.ingest.features import brought_fingerprint
from pinakes.ingest.neighbours import measure_neighbours
from pinakes.ingest.progress import Report
from pinakes.ingest.tables import Tables
from pinakes.kernels.similarity import Stored
from pinakes.settings import SpaceSettings
from pinakes.snapshots.contents import SpaceContents
from pinakes.snapshots.manifest import EncoderRecord
from pinakes.snapshots.reader import Snapshot

BROUGHT = "vector"
"""The encoder of a space whose vectors the source brings."""

CHUNK = 2_000
"""Features that are read from the cache and projected at a time."""

FIT_SAMPLE = 20_000
"""Pictures that an encoder is fitted on; more hardly change what it finds."""


@dataclass(frozen=True, slots=True)
class BuiltSpace:
    """One space, ready to be gated and written.

    Attributes:
        encoder: of its pictures; None for brought vectors.
        save: writes what was fitted into a folder; None where nothing was.
    """

    contents: SpaceContents
    encoder: FittedEncoder | None = None
    save: Callable[[Path], None] | None = None


@dataclass(frozen=True, slots=True)
class SpaceBuilder:
    """Builds the spaces of one snapshot.

    Attributes:
        tables: of the snapshot.
        captions: all words of each item.
        words: BM25 over the items of the snapshot.
        language: of the stemmer.
        families: the encoders by name.
        base: whose fitted encoders are used again; None to fit them.
        path: of the feature cache, for messages.
    """

    tables: Tables
    captions: Sequence[str]
    words: BM25Index
    language: str
    cache: FeatureCache
    families: Mapping[str, EncoderFamily]
    base: Snapshot | None
    report: Report
    path: Path

    def build(self, name: str, settings: SpaceSettings) -> BuiltSpace:
        """Build one space.

        Raises:
            IntegrityError: the feature cache lacks a picture of the catalogue.
        """
        if settings.encoder == BROUGHT:
            return self._brought(name, settings)
        family = self.families[settings.encoder]
        if self.base is None:
            fitted = family.fit(self._sample(family))
        else:
            fitted = family.open(self.base.encoder(name))
        rows = self.tables.views.select("item_row", pl.row_index("view_row"))
        vectors = self._project(family, fitted, settings)
        bridge, measured = self._words(name, fitted, rows, vectors)

        def save(folder: Path) -> None:
            fitted.save(folder)
            if bridge is not None:
                (folder / BRIDGE).mkdir()
                bridge.save(folder / BRIDGE)

        record = EncoderRecord(
            name=settings.encoder,
            fingerprint=fitted.fingerprint,
            dim=fitted.dim,
            dtype=settings.dtype,
            unit="view",
            recipe={**fitted.recipe, "features": family.features.fingerprint},
            measured=measured,
        )
        return BuiltSpace(SpaceContents(vectors, rows, record), fitted, save)

    def _words(
        self, name: str, encoder: FittedEncoder, rows: pl.DataFrame, vectors: Stored
    ) -> tuple[Bridge | None, dict[str, Any]]:
        """Return the text bridge, and what was measured of the space: the base's, where it is used again."""
        if self.base is not None:
            folder = self.base.encoder(name) / BRIDGE
            measured = dict(self.base.manifest.encoders[name].measured)
            return (open_bridge(folder) if folder.is_dir() else None), measured
        items = rows["item_row"].cast(pl.Int64).to_numpy()
        neighbours = measure_neighbours(vectors, items)
        measured = asdict(neighbours) if neighbours else {}
        if isinstance(encoder, TextEncoder):
            return None, {
                **measured,
                "text_weight": 1.0,
                "text_weight_reason": "the encoder reads words itself",
            }
        fitted = fit_words(self.captions, items, vectors, self.words, self.language)
        return fitted.bridge, {**measured, **fitted.measured}

    def _brought(self, name: str, settings: SpaceSettings) -> BuiltSpace:
        given = self.tables.brought.get(name, [])
        features = self._read([digest for _, digest in given], brought_fingerprint(name), "vectors")
        # A delta that brings none has the dimension of its base, so that it can be searched all the same.
        dim = self.base.manifest.encoders[name].dim if self.base is not None else 1
        vectors = np.stack([*features]) if given else np.empty((0, dim), dtype=np.float32)
        rows = pl.DataFrame(
            {"item_row": [row for row, _ in given], "view_row": [None] * len(given)},
            schema={"item_row": pl.UInt32, "view_row": pl.UInt32},
        )
        stored = vectors.astype(settings.dtype)
        neighbours = measure_neighbours(stored, rows["item_row"].cast(pl.Int64).to_numpy())
        record = EncoderRecord(
            name=BROUGHT,
            fingerprint=brought_fingerprint(name),
            dim=vectors.shape[1],
            dtype=settings.dtype,
            unit="item",
            measured=asdict(neighbours) if neighbours else {},
        )
        return BuiltSpace(SpaceContents(stored, rows, record))

    def _sample(self, family: EncoderFamily) -> NDArray[np.generic]:
        """Return features of at most 20,000 pictures, spread evenly over their hashes: shape (n, f)."""
        media = self.tables.views["media"].unique().sort().to_list()
        if not media:
            return np.empty((0, 0), dtype=np.uint8)
        picked = np.unique(np.linspace(0, len(media) - 1, min(FIT_SAMPLE, len(media))).astype(int))
        return np.stack([*self._read([media[i] for i in picked], family.features.fingerprint, "fitting")])

    def _project(self, family: EncoderFamily, fitted: FittedEncoder, settings: SpaceSettings) -> Stored:
        """Return the vector of each view, shape (views, dim), as it is stored."""
        media = self.tables.views["media"].to_list()
        vectors = np.empty((len(media), fitted.dim), dtype=settings.dtype)
        features = self._read(media, family.features.fingerprint, "encoding")
        for start in range(0, len(media), CHUNK):
            chunk = [next(features) for _ in media[start : start + CHUNK]]
            vectors[start : start + len(chunk)] = fitted.project(np.stack(chunk))
        return vectors

    def _read(self, digests: Sequence[str], fingerprint: str, stage: str) -> Iterator[NDArray[Any]]:
        """Yield the features of each digest, in order, in bounded memory."""
        for start in range(0, len(digests), CHUNK):
            chunk = digests[start : start + CHUNK]
            found = self.cache.get_many(chunk, fingerprint)
            self.report(stage, start + len(chunk), len(digests))
            for digest in chunk:
                if digest not in found:
                    raise IntegrityError(
                        self.path, f"lacks the features of {digest}; run `pinakes index` to make them again"
                    )
                yield found[digest]
