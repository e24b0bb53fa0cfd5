"""What was frozen is published by its name, whatever became of the deltas before it."""

import polars as pl

import pinakes
from pinakes.collection import Collection


def test_a_delta_is_published_with_those_that_it_follows_and_no_others(tmp_path):
    def table(part, rows):
        path = tmp_path / f"{part}.csv"
        pl.DataFrame({"id": [f"{part}-{n:03d}" for n in range(rows)], "title": ["mug"] * rows}).write_csv(
            path
        )
        return path

    pinakes.index(table("base", 300))
    collection = Collection(tmp_path / "base")
    for part in "abcde":  # the fifth takes in the four before it
        collection.add(table(part, 2))
    assert collection.status().snapshots == ("v0001", "v0001+d0005")
    merged = collection.publish("v0001+d0005")
    assert [pin.name for pin in merged.snapshots] == ["v0001", "v0001+d0005"]
    collection.delete(["a-000"])
    collection.rollback()
    collection.add(table("f", 2))  # follows what is served, not what was taken back
    newest = collection.status().snapshots
    collection.publish("v0001")
    assert [pin.name for pin in collection.publish(newest[-1]).snapshots] == list(newest)
    with pinakes.open(tmp_path / "base") as engine:
        assert len(engine) == 311
