"""Did this encoder make these vectors? Some pictures or texts are encoded again and compared."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import ImageEncoder, TextEncoder
from pinakes.errors import MediaError
from pinakes.kernels.similarity import Stored
from pinakes.kernels.spread import spread_evenly
from pinakes.media.pool import DecodePool
from pinakes.media.read import read_picture_file
from pinakes.sources.files import PictureFiles

SAMPLE = 32
"""Items that are encoded again."""

LEAST = 0.99
"""Cosine between a brought vector and one that is made again. Vectors of one model are above 0.999, also
where another library decoded the picture (docs/decisions/0005-clip-onnx.md); those of two models have nothing
in common."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What came of the comparison.

    Attributes:
        bound: whether the encoder made the vectors.
        n: items that were compared.
        cosine: the median of their cosines; None where none could be compared.
        lowest: the lowest of them.
        reason: in words.
    """

    bound: bool
    n: int
    cosine: float | None
    lowest: float | None
    reason: str


def bind_pictures(
    encoder: ImageEncoder, views: pl.DataFrame, files: PictureFiles, items: NDArray[np.int64], vectors: Stored
) -> Binding:
    """Encode pictures of 32 items again; of an item with several views the nearest one counts.

    Args:
        encoder: that is said to have made the vectors.
        views: views.parquet.
        files: where the pictures lie.
        items: the item of each vector, ascending, shape (n,).
        vectors: unit rows, shape (n, dim).
    """
    if len(vectors) and vectors.shape[1] != encoder.dim:
        return _other_length(encoder.name, encoder.dim, vectors.shape[1])
    pictured = np.flatnonzero(np.isin(items, views["item_row"].unique().to_numpy()))
    cosines = []
    sides = {encoder.name: encoder.decode_size}
    with DecodePool({encoder.name: encoder.preparer}, sides, phash=False, workers=1) as pool:
        for row in _spread(pictured):
            prepared = []
            for uri, digest in views.filter(pl.col("item_row") == items[row])["uri", "media"].rows():
                with suppress(MediaError):
                    decoded = pool.decode_one(read_picture_file(files.path(uri, digest)))
                    prepared.append(decoded.prepared[encoder.name])
            if prepared:
                cosines.append(float((encoder.encode_images(prepared) @ _row(vectors, row)).max()))
    return _verdict(encoder.name, cosines, "no item with a vector has a picture that can be read")


def bind_texts(
    encoder: TextEncoder, texts: Sequence[str], items: NDArray[np.int64], vectors: Stored
) -> Binding:
    """Encode the words of 32 items again.

    Args:
        encoder: that is said to have made the vectors.
        texts: title and text of each item.
        items: the item of each vector, ascending, shape (n,).
        vectors: unit rows, shape (n, dim).
    """
    if len(vectors) and vectors.shape[1] != encoder.dim:
        return _other_length(encoder.name, encoder.dim, vectors.shape[1])
    rows = _spread(np.array([row for row, item in enumerate(items) if texts[item]], dtype=np.int64))
    made = encoder.encode_texts([texts[items[row]] for row in rows], "item")
    cosines = [float(vector @ _row(vectors, row)) for vector, row in zip(made, rows, strict=True)]
    return _verdict(encoder.name, cosines, "no item with a vector has words")


def _spread(rows: NDArray[np.int64]) -> list[int]:
    sample: list[int] = rows[spread_evenly(len(rows), SAMPLE)].tolist()
    return sample


def _row(vectors: Stored, row: int) -> NDArray[np.float32]:
    return np.asarray(vectors[row], dtype=np.float32)


def _verdict(encoder: str, cosines: list[float], nothing: str) -> Binding:
    if not cosines:
        return Binding(False, 0, None, None, f"{nothing}, so {encoder} could not be compared")
    cosine, lowest = round(float(np.median(cosines)), 4), round(min(cosines), 4)
    bound = cosine >= LEAST
    what = "made these vectors" if bound else "did not make these vectors"
    reason = f"{encoder} {what}: median cosine {cosine} over {len(cosines)} items, needed is {LEAST}"
    return Binding(bound, len(cosines), cosine, lowest, reason)


def _other_length(encoder: str, made: int, brought: int) -> Binding:
    return Binding(False, 0, None, None, f"{encoder} makes vectors of {made} numbers, these have {brought}")


def unbound_notes(measured: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Say of each space whose vectors its encoder did not make what that means.

    Args:
        measured: of the spaces, by name, as the manifest has it.
    """
    return tuple(
        f"space {name} answers vectors only: {found['binding']['reason']}"
        for name, found in measured.items()
        if found.get("bound") is False
    )
