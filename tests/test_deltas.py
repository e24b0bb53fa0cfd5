"""A base with deltas answers exactly as one freeze of the same items would, whatever happened on the way."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pinakes
from pinakes.collection import Collection

DIM, BASE = 4, 100
WORDS = ("red", "blue", "glass", "dress", "coin", "silver")
IDS = [f"base-{n:03d}" for n in range(5)] + ["a", "b/c", "z", "base-0005"]
"""What histories touch: items of the base, and others before, between and after them."""


def record(id, words, numbers):
    return {
        "id": id,
        "title": " ".join(words),
        "price": float(sum(numbers)),
        "vector": [*map(float, numbers)],
    }


BASE_RECORDS = [
    record(f"base-{n:03d}", [WORDS[n % 6], WORDS[n % 5]], [1 + n % 3, n % 2, -(n % 4), 1])
    for n in range(BASE)
]

numbers = st.lists(st.integers(-2, 2), min_size=DIM, max_size=DIM).filter(any)
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)
some_ids = st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True)
records = st.lists(
    st.builds(record, st.sampled_from(IDS), words, numbers),
    min_size=1,
    max_size=3,
    unique_by=lambda r: r["id"],
)
steps = st.one_of(
    st.tuples(st.just("add"), records),
    st.tuples(st.just("delete"), some_ids),
    st.tuples(st.just("freeze"), st.none()),
    st.tuples(st.just("prune"), st.none()),
)
histories = st.tuples(st.lists(steps, min_size=4, max_size=9), st.booleans())


@dataclass
class World:
    """A collection, and what must be in it."""

    folder: Path
    items: dict = field(default_factory=lambda: {r["id"]: r for r in BASE_RECORDS})

    @property
    def collection(self):
        return Collection(self.folder / "collection")

    def begin(self):
        pinakes.index(BASE_RECORDS, self.collection.folder)

    def add(self, records):
        table = self.folder / "more.parquet"
        frame(records).write_parquet(table)
        self.collection.add(table)
        self.items |= {r["id"]: r for r in records}

    def delete(self, ids):
        self.collection.delete(ids)
        for id in ids:
            self.items.pop(id, None)

    def freeze(self, _):
        self.collection.freeze()

    def prune(self, _):
        self.collection.prune(keep=1)


def frame(records):
    return pl.DataFrame(records)


def answers(folder):
    """Every kind of ranking over all items, as (ids, scores)."""
    asked = [{"text": word} for word in WORDS]
    asked += [{"text": "red glass coin"}, {"where": "price < 2"}, {"text": "silver", "where": "price > 0"}]
    vectors = np.random.default_rng(0).integers(-2, 3, (6, DIM)).astype(np.float32)
    vectors[:, 0] += 0.5  # none is zero
    asked += [{"vector": vector} for vector in vectors]
    asked += [{"vector": vectors[0], "text": "blue dress"}, {"like": "base-050"}]
    asked += [{"vector": vectors[1], "where": "price < 3"}]
    with pinakes.open(folder) as engine:
        results = [engine.search(**query, top=200, candidates=500) for query in asked]
        return len(engine), [[(hit.id, hit.score, hit.title) for hit in result] for result in results]


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=list(HealthCheck), derandomize=True)
@given(histories)
def test_a_base_with_deltas_ranks_exactly_as_a_full_freeze(history):
    happened, compact = history
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.begin()
        for step, argument in happened:
            getattr(world, step)(argument)
        if compact:
            world.collection.compact()
        assert world.collection.status().deltas <= 4
        assert world.collection.verify().ok
        fresh = World(Path(folder) / "fresh", world.items)
        fresh.folder.mkdir()
        pinakes.index(list(world.items.values()), fresh.collection.folder)
        assert answers(world.collection.folder) == answers(fresh.collection.folder)


def test_a_fifth_delta_is_merged_with_those_of_its_size(tmp_path):
    world = World(tmp_path)
    world.begin()
    for number in range(4):
        world.add([record(f"new-{number}", ["red"], [1, 2, 0, number])])
    assert world.collection.status().snapshots == ("v0001", *(f"v0001+d000{n}" for n in (1, 2, 3, 4)))
    world.delete(["new-0", "base-007"])
    assert world.collection.status().snapshots == ("v0001", "v0001+d0005")
    assert world.collection.verify().ok
    with pinakes.open(world.collection.folder) as engine:
        assert len(engine) == BASE + 3 - 1
        assert {"new-1", "new-2", "new-3"} <= set(engine.search("red", top=200).ids)


def test_what_is_taken_back_before_a_merge_leaves_the_base_alone(tmp_path):
    world = World(tmp_path)
    world.begin()
    for number in range(4):
        world.add([record("a", ["red"] * (number + 1), [1, 2, 0, 0])])
    world.delete(["a"])
    assert world.collection.status().snapshots == ("v0001",)
    assert world.collection.freeze().kind == "nothing"


def test_a_delta_of_items_without_vectors_is_searched_by_vector_too(tmp_path):
    world = World(tmp_path)
    world.begin()
    without = [{**record("a", ["red"], [1, 1, 1, 1]), "vector": None}]
    table = tmp_path / "more.parquet"
    pl.DataFrame(without, schema_overrides={"vector": pl.List(pl.Float64)}).write_parquet(table)
    assert world.collection.add(table).freeze.kind == "delta"
    with pinakes.open(world.collection.folder) as engine:
        assert "a" not in engine.search(vector=[1, 1, 1, 1], top=200).ids
        assert "a" in engine.search("red", top=200).ids


def test_past_a_tenth_of_the_base_a_new_base_is_written(tmp_path):
    world = World(tmp_path)
    world.begin()
    world.add([record(f"new-{n}", ["red"], [1, n, 0, 0]) for n in range(10)])
    assert world.collection.status().snapshots == ("v0001", "v0001+d0001")
    world.add([record("new-10", ["red"], [1, 0, 0, 0])])
    assert world.collection.status().snapshots == ("v0002",)
