"""A space of pictures: fitted at the first base, filled from the feature cache."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import EncoderFamily, FittedEncoder, TextEncoder
from pinakes.encoders.bridge import BRIDGE, Bridge, open_bridge
from pinakes.ingest.bridging import fit_words, weigh_words
from pinakes.ingest.neighbours import measure_neighbours
from pinakes.ingest.spaces.material import BuiltSpace, Material, item_rows
from pinakes.ingest.spaces.store import CHUNK
from pinakes.kernels.similarity import Stored
from pinakes.settings import SpaceSettings
from pinakes.snapshots.contents import SpaceContents
from pinakes.snapshots.manifest import EncoderRecord


def build_pictures(
    material: Material, name: str, settings: SpaceSettings, family: EncoderFamily, fitted: FittedEncoder
) -> BuiltSpace:
    """Build a space with a vector for each view.

    Args:
        fitted: of the family, on this collection.

    Raises:
        IntegrityError: the feature cache lacks a picture of the catalogue.
    """
    rows = material.tables.views.select("item_row", pl.row_index("view_row"))
    vectors = _project(material, family, fitted, settings)
    bridge, measured = _words(material, name, fitted, item_rows(rows), vectors)

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
    material: Material, name: str, encoder: FittedEncoder, items: NDArray[np.int64], vectors: Stored
) -> tuple[Bridge | None, dict[str, Any]]:
    """Return the text bridge, and what was measured of the space: the base's, where it is used again."""
    if material.base is not None:
        folder = material.base.encoder(name) / BRIDGE
        measured = dict(material.base.manifest.encoders[name].measured)
        return (open_bridge(folder) if folder.is_dir() else None), measured
    neighbours = measure_neighbours(vectors, items)
    measured = asdict(neighbours) if neighbours else {}
    if isinstance(encoder, TextEncoder):
        return None, {**measured, **weigh_words(encoder, material.captions, items, vectors, material.words)}
    fitted = fit_words(material.captions, items, vectors, material.words, material.language)
    return fitted.bridge, {**measured, **fitted.measured}


def _project(
    material: Material, family: EncoderFamily, fitted: FittedEncoder, settings: SpaceSettings
) -> Stored:
    """Return the vector of each view, shape (views, dim), as it is stored."""
    media = material.tables.views["media"].to_list()
    vectors = material.store.vectors(len(media), fitted.dim, settings.dtype)
    features = material.store.read(media, family.features.fingerprint, "encoding")
    for start in range(0, len(media), CHUNK):
        chunk = [next(features) for _ in media[start : start + CHUNK]]
        vectors[start : start + len(chunk)] = fitted.project(np.stack(chunk))
    return vectors
