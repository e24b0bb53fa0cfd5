"""Each gate fails when just its own thing is broken, and nothing else does."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from gate_contents import ITEMS, good_contents, random_sphere, with_rows, with_vectors
from numpy.typing import NDArray

from pinakes.errors import GateError, UnknownNameError
from pinakes.ingest.gates import Demands, Reencode, raise_failures, run_gates
from pinakes.ingest.gates.vectors import norms
from pinakes.kernels.hashing import digest
from pinakes.settings import parse_settings
from pinakes.snapshots.contents import SnapshotContents
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.tables import TOMBSTONE_COLUMNS

GOOD = good_contents()
EXPECTED = {"items": ITEMS, "views": ITEMS, "vectors.picture": ITEMS, "tombstones": 0}
DEMANDS = Demands(required=("weight",), coverage={"period": 0.9}, self_retrieval=0.95)
ALL = [
    "counts",
    "ids",
    "orphans",
    "content",
    "required.weight",
    "coverage.period",
    "norms.picture",
    "finite.picture",
    "synthetic.picture",
    "self_retrieval.picture",
]


def copies(vectors: NDArray[np.generic] = GOOD.spaces["picture"].vectors) -> Reencode:
    """Re-encoded copies of 50 pictures: the vectors, with a little noise."""
    rows = np.arange(0, ITEMS, 6)
    noise = np.random.default_rng(1).normal(0, 0.02, (len(rows), vectors.shape[1]))
    return lambda: (rows, (vectors[rows].astype(np.float64) + noise).astype(np.float32))


def run(contents: SnapshotContents, demands: Demands = DEMANDS, **options: object) -> dict[str, GateResult]:
    reencode = options.get("reencode", {"picture": copies()})
    results = run_gates(contents, demands, options.get("expected", EXPECTED), reencode)  # type: ignore[arg-type]
    return {result.name: result for result in results}


def failed(results: dict[str, GateResult]) -> list[str]:
    return [name for name, result in results.items() if result.status == "fail"]


def test_good_contents_pass_all() -> None:
    results = run(GOOD)
    assert list(results) == ALL
    assert {result.status for result in results.values()} == {"pass"}
    assert all(result.n > 0 for result in results.values())
    raise_failures(results.values())


def test_what_a_gate_says_can_be_stored_and_is_the_same_each_time() -> None:
    first, second = (digest([repr(r) for r in run(GOOD).values()]) for _ in range(2))
    assert first == second


def null_share(name: str, nulls: int) -> Callable[[SnapshotContents], SnapshotContents]:
    column = pl.when(pl.int_range(pl.len()) >= nulls).then(pl.col(name)).alias(name)
    return lambda contents: replace(contents, items=contents.items.with_columns(column))


def change_ids(**at: str) -> SnapshotContents:
    ids = GOOD.items["id"].to_list()
    for position, new in at.items():
        ids[int(position[1:])] = new
    return replace(GOOD, items=GOOD.items.with_columns(id=pl.Series(ids)))


def set_at(position: object, value: object) -> Callable[[NDArray[np.float16]], None]:
    return lambda vectors: vectors.__setitem__(position, value)


def roll(vectors: NDArray[np.float16]) -> None:
    vectors[:] = np.roll(vectors, 1, axis=0)


def stretch(vectors: NDArray[np.float16]) -> None:
    vectors[3] *= np.float16(1.02)


ROWS = GOOD.spaces["picture"].rows
ORPHAN = GOOD.views.with_columns(item_row=pl.col("item_row").replace(299, 300))
BREAKS: dict[str, tuple[SnapshotContents, float | None]] = {
    "ids": (change_ids(k7="i006"), 1.0),
    "orphans": (replace(GOOD, views=ORPHAN), 2.0),  # the view, and its vector
    "required.weight": (null_share("weight", 1)(GOOD), 1.0),
    "coverage.period": (null_share("period", 45)(GOOD), 0.85),
    "norms.picture": (with_vectors(GOOD, stretch), None),
    "synthetic.picture": (with_vectors(GOOD, set_at(slice(None), random_sphere(ITEMS, 16))), None),
    "self_retrieval.picture": (with_vectors(GOOD, roll), 0.0),
}


@pytest.mark.parametrize("gate", [*BREAKS])
def test_each_gate_fails_alone(gate: str) -> None:
    contents, value = BREAKS[gate]
    # Random vectors that are the same for the same picture find themselves: only their own gate sees them.
    source = contents if gate == "synthetic.picture" else GOOD
    results = run(contents, reencode={"picture": copies(source.spaces["picture"].vectors)})
    assert failed(results) == [gate]
    if value is not None:
        assert results[gate].value == pytest.approx(value)
    with pytest.raises(GateError, match=gate):
        raise_failures(results.values())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite(value: float) -> None:
    results = run(with_vectors(GOOD, set_at((4, 2), value)))
    assert results["finite.picture"].detail == "1 vectors hold NaN or infinity"
    # Such a vector has no length either, and poisons every comparison: nothing passes that cannot be known.
    assert {"finite.picture", "norms.picture"} <= set(failed(results))
    assert all(r.value is None or np.isfinite(r.value) for r in results.values())


@pytest.mark.parametrize(
    ("contents", "detail"),
    [
        (change_ids(k3="i004", k4="i003"), "1 faults in the ids (0 missing, 0 repeated, 1 out of order)"),
        (change_ids(k3="i002"), "1 faults in the ids (0 missing, 1 repeated, 0 out of order)"),
        (null_share("id", 1)(GOOD), "1 faults in the ids (1 missing, 0 repeated, 0 out of order)"),
    ],
)
def test_ids(contents: SnapshotContents, detail: str) -> None:
    results = run(contents)
    assert failed(results) == ["ids"]
    assert results["ids"].detail == detail


@pytest.mark.parametrize(
    ("rows", "strays"),
    [
        (ROWS.with_columns(view_row=pl.col("view_row").replace(299, 300)), 1),
        (ROWS.with_columns(view_row=pl.col("view_row").replace(299, 298)), 1),
        (ROWS.with_columns(item_row=pl.col("item_row").replace(299, 300)), 1),
        (ROWS.with_columns(view_row=pl.col("view_row").shift(1, fill_value=0)), 299),
    ],
)
def test_vectors_that_belong_to_nothing(rows: pl.DataFrame, strays: int) -> None:
    results = run(with_rows(GOOD, rows))
    assert "orphans" in failed(results)
    assert results["orphans"].value == strays


def test_item_with_nothing_to_find_it_by() -> None:
    views, rows = GOOD.views[:-1], ROWS[:-1]
    lonely = with_rows(with_vectors(GOOD, lambda v: None), rows)
    part = lonely.spaces["picture"]
    spaces = {"picture": replace(part, vectors=part.vectors[:-1])}
    lonely = replace(lonely, views=views, spaces=spaces)
    fewer = {**EXPECTED, "views": ITEMS - 1, "vectors.picture": ITEMS - 1}
    assert failed(run(lonely, expected=fewer)) == ["content"]
    last = pl.int_range(pl.len()) == ITEMS - 1
    for column in ("title", "text"):
        blank = lonely.items.with_columns(pl.when(last).then(pl.lit("  ")).otherwise(column).alias(column))
        assert failed(run(replace(lonely, items=blank), expected=fewer)) == ["content"]
        named = lonely.items.with_columns(
            pl.when(last).then(pl.lit("an owl")).otherwise(column).alias(column)
        )
        assert failed(run(replace(lonely, items=named), expected=fewer)) == []


@pytest.mark.parametrize(
    ("expected", "detail"),
    [
        ({**EXPECTED, "items": 301}, "items: 300 instead of 301"),
        (
            {**EXPECTED, "views": 299, "tombstones": 1},
            "views: 300 instead of 299; tombstones: 0 instead of 1",
        ),
        ({**EXPECTED, "vectors.other": 5}, "vectors.other: 0 instead of 5"),
    ],
)
def test_counts_that_disagree(expected: dict[str, int], detail: str) -> None:
    results = run(GOOD, expected=expected)
    assert failed(results) == ["counts"]
    assert results["counts"].detail == detail


def test_a_vector_too_many() -> None:
    part = GOOD.spaces["picture"]
    longer = replace(part, vectors=np.vstack([part.vectors, part.vectors[:1]]))
    results = run(replace(GOOD, spaces={"picture": longer}), expected={})
    assert failed(results) == ["counts"]
    assert results["counts"].detail == "vectors.picture: 301 instead of 300"


def test_coverage_at_its_limit() -> None:
    assert failed(run(null_share("period", 30)(GOOD))) == []
    assert failed(run(null_share("period", 31)(GOOD))) == ["coverage.period"]
    results = run(null_share("period", 45)(GOOD))
    assert results["coverage.period"].detail == "255 of 300 items have 'period' (85.0%, must be 90.0%)"


def test_a_required_attribute_without_a_column() -> None:
    demands = replace(DEMANDS, required=("denomination",))
    results = run(GOOD, demands)
    assert failed(results) == ["required.denomination"]
    assert results["required.denomination"].value == ITEMS


def test_norms_of_float16_at_their_limits() -> None:
    def stretch(factor: float) -> GateResult:
        stretched = GOOD.spaces["picture"].vectors.copy()
        stretched[3] = stretched[3] * np.float16(factor)  # type: ignore[operator]
        return norms("picture", stretched)

    assert [stretch(f).status for f in (0.98, 0.992, 1.0, 1.008, 1.02, 0.0)] == [
        "fail",
        "pass",
        "pass",
        "pass",
        "fail",
        "fail",
    ]
    assert stretch(0.0).value == 1.0
    assert stretch(1.0).limit == 0.01


def test_waivers_are_recorded_and_let_through() -> None:
    broken = null_share("period", 45)(null_share("weight", 1)(GOOD))
    results = run(broken, replace(DEMANDS, waive=("coverage", "required.weight")))
    assert [name for name, r in results.items() if r.waived] == ["required.weight", "coverage.period"]
    assert failed(results) == ["required.weight", "coverage.period"]
    raise_failures(results.values())


def test_a_waiver_of_one_does_not_waive_another() -> None:
    broken = null_share("period", 45)(null_share("weight", 1)(GOOD))
    results = run(broken, replace(DEMANDS, waive=("coverage.period",)))
    with pytest.raises(GateError) as caught:
        raise_failures(results.values())
    assert caught.value.failures == ("required.weight: 1 items have no 'weight'",)


def test_a_waiver_of_what_passes_is_not_recorded() -> None:
    assert not any(r.waived for r in run(GOOD, replace(DEMANDS, waive=("ids", "norms.picture"))).values())


@pytest.mark.parametrize("name", ["norm", "norms.pictures", "coverage.weight", "", "*"])
def test_unknown_waiver(name: str) -> None:
    with pytest.raises(UnknownNameError, match="unknown gate"):
        run(GOOD, replace(DEMANDS, waive=(name,)))


def test_delta_runs_the_cheap_gates() -> None:
    nothing = pl.DataFrame(schema=TOMBSTONE_COLUMNS)
    delta = replace(GOOD, name="v0001+d0001", parent="v0001", tombstones=nothing)

    def never() -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        raise AssertionError("pictures were encoded again for a delta")

    results = run(delta, reencode={"picture": never})
    assert list(results) == ALL
    skipped = [name for name, r in results.items() if r.status == "not_applicable"]
    assert skipped == ["coverage.period", "synthetic.picture", "self_retrieval.picture"]
    broken = replace(
        null_share("weight", 1)(delta), spaces=with_vectors(delta, set_at((0, 0), np.nan)).spaces
    )
    assert failed(run(broken)) == ["required.weight", "norms.picture", "finite.picture"]


def test_nothing_at_all() -> None:
    part = GOOD.spaces["picture"]
    empty = replace(
        GOOD,
        items=GOOD.items[:0],
        views=GOOD.views[:0],
        spaces={"picture": replace(part, vectors=part.vectors[:0], rows=part.rows[:0])},
    )
    results = run(empty, expected={"items": 0})
    assert failed(results) == []
    measured = {name for name, r in results.items() if r.status == "pass"}
    assert measured == {"counts", "ids", "orphans", "content", "required.weight"}


def test_demands_of_settings() -> None:
    settings = parse_settings(
        {
            "attributes": {
                "period": {"type": "string", "coverage": 0.9},
                "denomination": {"type": "string", "required": True},
                "price": {"type": "float", "required": True, "coverage": 1.0},
                "note": {"type": "string"},
            },
            "live": {"fields": ["price"]},
            "gates": {"waive": ["synthetic"], "self_retrieval": 0.8},
        }
    )
    assert Demands.of(settings, ["ids"]) == Demands(
        required=("denomination",), coverage={"period": 0.9}, self_retrieval=0.8, waive=("synthetic", "ids")
    )
