"""Contents with structure, and ways to break just one thing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.snapshots.contents import SnapshotContents, SpaceContents
from pinakes.snapshots.manifest import EncoderRecord
from pinakes.snapshots.tables import ROW_COLUMNS, VIEW_COLUMNS, item_columns
from pinakes.types import AttributeType

ITEMS, DIM = 300, 32
SCHEMA = {"period": AttributeType.STRING, "weight": AttributeType.FLOAT}


def structured(n: int, dim: int, seed: int = 0) -> NDArray[np.float32]:
    """Real pictures in miniature: hidden causes of falling weight, mixed, with noise; shape (n, dim)."""
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((n, 12)) / np.sqrt(np.arange(1, 13))
    return (np.tanh(causes @ rng.standard_normal((12, dim))) + 0.3 * rng.standard_normal((n, dim))).astype(
        np.float32
    )


def whitened(vectors: NDArray[Any], exponent: float, dim: int) -> NDArray[np.float32]:
    """PCA, each component divided by its standard deviation to the ``exponent``: 1/2 is half-whitened."""
    wide = vectors.astype(np.float64)
    left, lengths, _ = np.linalg.svd(wide - wide.mean(axis=0), full_matrices=False)
    return unit(left[:, :dim] * lengths[:dim] ** (1.0 - exponent))


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float64)
    return (wide / np.linalg.norm(wide, axis=1, keepdims=True)).astype(np.float32)


def random_sphere(n: int, dim: int, seed: int = 7) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).standard_normal((n, dim)))


def unlike(k: int) -> str:
    """A perceptual hash far from all others, as those of unrelated photos are."""
    return f"{np.random.default_rng(k).integers(2**64, dtype=np.uint64):016x}"


def good_contents() -> SnapshotContents:
    """300 items with one picture each, and half-whitened vectors of 16 dimensions."""
    items = pl.DataFrame(
        {"id": [f"i{k:03d}" for k in range(ITEMS)]}
        | dict.fromkeys(["title", "text"], "")
        | {"content_hash": [f"{k:064x}" for k in range(ITEMS)]}
        | {"period": "Roman", "weight": 1.0},
    ).with_columns(pl.lit(None).alias(name) for name in item_columns({}) if name not in _FILLED)
    views = pl.DataFrame(
        [(k, "obverse", f"{k:064x}", f"{k}.jpg", 640, 480, unlike(k)) for k in range(ITEMS)],
        schema=VIEW_COLUMNS,
        orient="row",
    )
    rows = pl.DataFrame([(k, k) for k in range(ITEMS)], schema=ROW_COLUMNS, orient="row")
    vectors = whitened(structured(ITEMS, DIM), 0.5, 16).astype(np.float16)
    return SnapshotContents(
        name="v0001",
        parent=None,
        items=items.select(pl.col(name).cast(kind) for name, kind in item_columns(SCHEMA).items()),
        views=views,
        spaces={"picture": SpaceContents(vectors, rows, EncoderRecord("toy", "f", 16, "float16", "view"))},
        schema=SCHEMA,
    )


def with_vectors(contents: SnapshotContents, change: Callable[[NDArray[Any]], object]) -> SnapshotContents:
    """Return contents whose vectors were changed in place by ``change``, in a copy."""
    part = contents.spaces["picture"]
    vectors = part.vectors.copy()
    change(vectors)
    return replace(contents, spaces={"picture": replace(part, vectors=vectors)})


def with_rows(contents: SnapshotContents, rows: pl.DataFrame) -> SnapshotContents:
    part = contents.spaces["picture"]
    return replace(contents, spaces={"picture": replace(part, rows=rows.cast(dict(ROW_COLUMNS)))})


_FILLED = ("id", "title", "text", "content_hash")
