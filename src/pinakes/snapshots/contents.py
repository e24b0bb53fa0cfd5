"""What a snapshot is made of, before it is written and after it is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.snapshots.manifest import EncoderRecord, GateResult
from pinakes.snapshots.tables import item_problems, space_problems, tombstone_problems, view_problems
from pinakes.types import AttributeType


@dataclass(frozen=True, slots=True, eq=False)
class SpaceContents:
    """One vector space of a snapshot.

    Attributes:
        vectors: unit rows, float16 or float32 of shape (n, dim); may be memory-mapped.
        rows: vectors/<space>.rows.parquet, n rows.
        encoder: what made the vectors.
    """

    vectors: NDArray[np.generic]
    rows: pl.DataFrame
    encoder: EncoderRecord


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotContents:
    """Everything that a snapshot is made of; the tables are as docs/format.md says.

    Attributes:
        name: such as ``v0001`` or ``v0001+d0001``.
        parent: the snapshot before it in the release; None for a base.
        items: items.parquet.
        views: views.parquet.
        spaces: by name.
        schema: type of each attribute in ``items``.
        tombstones: tombstones.parquet of a delta, None for a base.
        gates: what the gates found.
        extras: folder in the snapshot (``lexical``, ``encoders/<space>``) to a function that fills it; the
            function gets the folder, which exists and is empty.
    """

    name: str
    parent: str | None
    items: pl.DataFrame
    views: pl.DataFrame
    spaces: Mapping[str, SpaceContents]
    schema: Mapping[str, AttributeType]
    tombstones: pl.DataFrame | None = None
    gates: tuple[GateResult, ...] = ()
    extras: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)


def problems(contents: SnapshotContents) -> Iterator[str]:
    """Say how contents break docs/format.md, one line for each way; vectors are not looked into."""
    items, views = contents.items, contents.views
    yield from item_problems(items, contents.schema)
    yield from view_problems(views, items.height)
    if contents.tombstones is not None:
        yield from tombstone_problems(contents.tombstones, items)
    for space, part in contents.spaces.items():
        yield from space_problems(space, part.vectors, part.rows, views, items.height)
        yield from _encoder_problems(space, part)


def _encoder_problems(space: str, part: SpaceContents) -> Iterator[str]:
    encoder, vectors = part.encoder, part.vectors
    if vectors.dtype.name != encoder.dtype or vectors.shape[1:] != (encoder.dim,):
        yield (
            f"vectors/{space}.npy: is {vectors.dtype} of shape {vectors.shape}, "
            f"its encoder says {encoder.dtype} of (rows, {encoder.dim})"
        )
    no_views = part.rows["view_row"].null_count() == part.rows.height
    if part.rows.height and no_views != (encoder.unit == "item"):
        yield f"vectors/{space}.rows.parquet: view_row must be null where the unit is 'item', and only there"
