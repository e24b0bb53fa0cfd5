"""The content hash: what a snapshot says, whatever machine wrote it."""

from collections.abc import Mapping

import polars as pl

from pinakes.kernels.hashing import digest
from pinakes.snapshots.manifest import EncoderRecord
from pinakes.types import AttributeType


def content_hash(
    items: pl.DataFrame,
    schema: Mapping[str, AttributeType],
    encoders: Mapping[str, EncoderRecord],
    tombstones: pl.DataFrame | None = None,
    parent: str | None = None,
) -> str:
    """Return the hash of a snapshot's content.

    Vectors, fitted numbers, times and paths are left out: they differ between machines that hold the same
    collection. The views are in the ``content_hash`` of their items.

    Args:
        items: items.parquet; its ``content_hash`` column is read, in the order of the ids.
        schema: attribute name to type.
        encoders: by space; their names and recipes count.
        tombstones: tombstones.parquet of a delta; the ids count.
        parent: content hash of the snapshot that a delta follows.

    Returns:
        SHA-256 in 64 hex digits of the canonical JSON that docs/format.md states.
    """
    recipes = {space: {"name": e.name, "recipe": e.recipe} for space, e in encoders.items()}
    return digest(
        {
            "encoders": recipes,
            "items": items["content_hash"].to_list(),
            "parent": parent,
            "schema": schema,
            "tombstones": [] if tombstones is None else tombstones["id"].to_list(),
        }
    )
