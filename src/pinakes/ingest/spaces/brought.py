"""A space of vectors that the source brought, bound to the encoder that is said to have made them, or not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import (
    Family,
    FittedEncoder,
    FittedTextEncoder,
    ImageEncoder,
    TextEncoder,
    TextFamily,
)
from pinakes.encoders.families import features_fingerprint
from pinakes.errors import GateError
from pinakes.ingest.bridging import weigh_words
from pinakes.ingest.features import brought_fingerprint
from pinakes.ingest.neighbours import measure_neighbours
from pinakes.ingest.spaces.binding import Binding, bind_pictures, bind_texts
from pinakes.ingest.spaces.material import BuiltSpace, Material, item_rows, rows_of_items
from pinakes.ingest.spaces.store import CHUNK
from pinakes.ingest.spaces.texts import item_texts
from pinakes.kernels.similarity import Stored
from pinakes.settings import SpaceSettings
from pinakes.snapshots.contents import SpaceContents
from pinakes.snapshots.manifest import EncoderRecord


def build_brought(
    material: Material, name: str, settings: SpaceSettings, family: Family | None
) -> BuiltSpace:
    """Build a space with a vector for each item that brought one.

    Args:
        family: of the encoder that is said to have made the vectors; None where none is named. It is believed
            if it makes the same vectors again; otherwise the space answers vectors only, and says so.

    Raises:
        IntegrityError: the feature cache lacks a vector of the catalogue.
        GateError: the base is bound and these vectors, of a delta, were made by another encoder.
    """
    given = material.tables.brought.get(name, [])
    rows = rows_of_items([row for row, _ in given])
    vectors = _stored(material, name, [digest for _, digest in given], settings)
    record = EncoderRecord(
        name=settings.encoder,
        fingerprint=brought_fingerprint(name),
        dim=vectors.shape[1],
        dtype=settings.dtype,
        unit="item",
        recipe={"brought": True},
        measured=_measured(material, name, rows, vectors),
    )
    if family is None:
        return BuiltSpace(SpaceContents(vectors, rows, record))
    encoder = _encoder(material, name, family)
    record = _bind(material, name, _Claim(record, encoder, item_rows(rows), vectors))
    record = replace(record, recipe={**record.recipe, "features": features_fingerprint(family)})
    save = encoder.save if record.measured["bound"] else None
    return BuiltSpace(SpaceContents(vectors, rows, record), save=save)


def _stored(material: Material, name: str, digests: Sequence[str], settings: SpaceSettings) -> Stored:
    """Return the vectors as they are stored, shape (n, dim)."""
    features = material.store.read(digests, brought_fingerprint(name), "vectors")
    if not digests:
        dim = material.base.manifest.encoders[name].dim if material.base else 1
        return material.store.vectors(0, dim, settings.dtype)
    first = next(features)
    vectors = material.store.vectors(len(digests), len(first), settings.dtype)
    vectors[0] = first
    for start in range(1, len(digests), CHUNK):
        chunk = [next(features) for _ in digests[start : start + CHUNK]]
        vectors[start : start + len(chunk)] = np.stack(chunk)
    return vectors


def _measured(material: Material, name: str, rows: pl.DataFrame, vectors: Stored) -> dict[str, Any]:
    if material.base is not None:
        return dict(material.base.manifest.encoders[name].measured)
    neighbours = measure_neighbours(vectors, item_rows(rows))
    return asdict(neighbours) if neighbours else {}


@dataclass(frozen=True, slots=True)
class _Claim:
    """That an encoder made the vectors of a space, to be checked.

    Attributes:
        record: of the space.
        encoder: that is said to have made them.
        items: the item of each vector.
        vectors: as they are stored.
    """

    record: EncoderRecord
    encoder: FittedEncoder | FittedTextEncoder
    items: NDArray[np.int64]
    vectors: Stored


def _bind(material: Material, name: str, claim: _Claim) -> EncoderRecord:
    """Return the record of the space with what came of comparing its vectors with the encoder's."""
    binding = _compare(material, claim)
    measured = dict(claim.record.measured)
    if material.base is None:
        measured |= {"bound": binding.bound, "binding": asdict(binding)}
        if binding.bound and isinstance(claim.encoder, TextEncoder):
            measured |= weigh_words(
                claim.encoder, material.captions, claim.items, claim.vectors, material.words
            )
    elif measured["bound"] and binding.n and not binding.bound:
        raise GateError([f"binding.{name}: {binding.reason}"])
    return replace(
        claim.record,
        fingerprint=claim.encoder.fingerprint if measured["bound"] else claim.record.fingerprint,
        recipe={**claim.record.recipe, "encoder": dict(claim.encoder.recipe)},
        measured=measured,
    )


def _encoder(material: Material, name: str, family: Family) -> FittedEncoder | FittedTextEncoder:
    if material.base is not None and material.base.manifest.encoders[name].measured["bound"]:
        return family.open(material.base.encoder(name))
    return family.texts if isinstance(family, TextFamily) else family.fit(np.empty((0, 0), dtype=np.uint8))


def _compare(material: Material, claim: _Claim) -> Binding:
    encoder, items, vectors = claim.encoder, claim.items, claim.vectors
    if isinstance(encoder, ImageEncoder):
        return bind_pictures(encoder, material.tables.views, material.files, items, vectors)
    return bind_texts(encoder, item_texts(material.tables.items), items, vectors)
