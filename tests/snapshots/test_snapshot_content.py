from dataclasses import replace

import polars as pl
import pytest
from small_snapshots import BROUGHT, PICTURE, SCHEMA, base_contents

from pinakes.kernels.hashing import sha256_bytes
from pinakes.snapshots.content import content_hash
from pinakes.types import AttributeType

ITEMS = base_contents().items
ENCODERS = {"picture": PICTURE}
TOMBSTONES = pl.DataFrame({"id": ["c"], "reason": ["sold"]})
HASH = content_hash(ITEMS, SCHEMA, ENCODERS)


def test_is_what_the_format_states() -> None:
    schema = {"kind": AttributeType.STRING}
    written = (
        '{"encoders":{"picture":{"name":"descriptor","recipe":{"cells":4}}},"items":["aa","bb","cc","ee"],'
        '"parent":"p","schema":{"kind":"string"},"tombstones":["c"]}'
    )
    assert content_hash(ITEMS, schema, ENCODERS, TOMBSTONES, "p") == sha256_bytes(written.encode())


def test_what_another_machine_may_differ_in_does_not_count() -> None:
    elsewhere = replace(PICTURE, fingerprint="0" * 64, measured={"recall": 0.4}, dtype="float32")
    assert content_hash(ITEMS, SCHEMA, {"picture": elsewhere}) == HASH
    assert content_hash(ITEMS, dict(reversed(SCHEMA.items())), ENCODERS) == HASH
    reason = TOMBSTONES.with_columns(reason=pl.lit("another"))
    assert content_hash(ITEMS, SCHEMA, ENCODERS, TOMBSTONES) == content_hash(ITEMS, SCHEMA, ENCODERS, reason)


@pytest.mark.parametrize(
    "other",
    [
        content_hash(ITEMS.with_columns(content_hash=pl.lit("aa")), SCHEMA, ENCODERS),
        content_hash(ITEMS[:3], SCHEMA, ENCODERS),
        content_hash(ITEMS, {**SCHEMA, "kind": AttributeType.SET}, ENCODERS),
        content_hash(ITEMS, SCHEMA, {}),
        content_hash(ITEMS, SCHEMA, {"brought": BROUGHT}),
        content_hash(ITEMS, SCHEMA, {"picture": replace(PICTURE, recipe={"cells": 5})}),
        content_hash(ITEMS, SCHEMA, ENCODERS, TOMBSTONES),
        content_hash(ITEMS, SCHEMA, ENCODERS, None, "p"),
    ],
)
def test_everything_else_counts(other: str) -> None:
    assert other != HASH
