"""A space of words: a vector for each item that has a title or a text."""

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import FittedTextEncoder, TextFamily
from pinakes.ingest.bridging import weigh_words
from pinakes.ingest.neighbours import measure_neighbours
from pinakes.ingest.spaces.material import BuiltSpace, Material, item_rows, rows_of_items
from pinakes.ingest.spaces.store import CHUNK
from pinakes.kernels.hashing import sha256_bytes
from pinakes.kernels.similarity import Stored
from pinakes.settings import SpaceSettings
from pinakes.snapshots.contents import SpaceContents
from pinakes.snapshots.manifest import EncoderRecord

TOGETHER = 64
"""Texts that are encoded and stored together: what a kill costs at most."""


def build_texts(material: Material, name: str, settings: SpaceSettings, family: TextFamily) -> BuiltSpace:
    """Build a space with a vector for each item that has words; what the cache has is not encoded again.

    Raises:
        SettingsError: the model cannot be opened.
        IntegrityError: the model is not the one that made the vectors of the base.
    """
    encoder = family.texts if material.base is None else family.open(material.base.encoder(name))
    texts = item_texts(material.tables.items)
    items = [row for row, text in enumerate(texts) if text]
    vectors = _encode(material, encoder, [texts[row] for row in items], settings)
    rows = rows_of_items(items)
    record = EncoderRecord(
        name=settings.encoder,
        fingerprint=encoder.fingerprint,
        dim=encoder.dim,
        dtype=settings.dtype,
        unit="item",
        recipe={**encoder.recipe, "features": family.texts.fingerprint},
        measured=_measured(material, name, encoder, item_rows(rows), vectors),
    )
    return BuiltSpace(SpaceContents(vectors, rows, record), save=encoder.save)


def item_texts(items: pl.DataFrame) -> list[str]:
    """Return title and text of each item, one after the other; empty for an item without words."""
    titles, texts = items["title"].fill_null("").to_list(), items["text"].fill_null("").to_list()
    return [f"{title}\n{text}".strip() for title, text in zip(titles, texts, strict=True)]


def _measured(
    material: Material, name: str, encoder: FittedTextEncoder, items: NDArray[np.int64], vectors: Stored
) -> dict[str, Any]:
    """Return what was measured of the space: the base's, where its encoder is used again."""
    if material.base is not None:
        return dict(material.base.manifest.encoders[name].measured)
    neighbours = measure_neighbours(vectors, items)
    return {
        **(asdict(neighbours) if neighbours else {}),
        **weigh_words(encoder, material.captions, items, vectors, material.words),
    }


def _encode(
    material: Material, encoder: FittedTextEncoder, texts: list[str], settings: SpaceSettings
) -> Stored:
    """Return the vector of each text, shape (texts, dim), as it is stored."""
    vectors = material.store.vectors(len(texts), encoder.dim, settings.dtype)
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        digests = [sha256_bytes(text.encode()) for text in chunk]
        lacking = material.store.cache.missing(digests, encoder.fingerprint)
        new = {digest: text for digest, text in zip(digests, chunk, strict=True) if digest in lacking}
        _make(material, encoder, new)
        found = material.store.cache.get_many(digests, encoder.fingerprint)
        vectors[start : start + len(chunk)] = np.stack([found[digest] for digest in digests])
        material.store.report("texts", start + len(chunk), len(texts))
    return vectors


def _make(material: Material, encoder: FittedTextEncoder, texts: dict[str, str]) -> None:
    """Encode texts and put their vectors into the cache, a batch at a time."""
    digests = list(texts)
    for start in range(0, len(digests), TOGETHER):
        batch = digests[start : start + TOGETHER]
        rows = encoder.encode_texts([texts[digest] for digest in batch], "item")
        material.store.cache.put_many(dict(zip(batch, rows, strict=True)), encoder.fingerprint)
