"""Whatever happened on the way, the catalogue ends as one made anew from a source that gives any item."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench import World, dump

from pinakes.catalog.database import Database
from pinakes.sources.base import Record, Rejection

PICTURES = ("a.bmp", "b.bmp", "c.bmp")
IDS = ("one", "two", "three", "four")

picture_states = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["red", "green", "broken"]) for name in PICTURES}
)
item_states = st.tuples(
    st.sampled_from(["", "x", "y"]), st.lists(st.sampled_from(PICTURES), max_size=3, unique=True)
)
source_states = st.tuples(
    picture_states,
    st.fixed_dictionaries({}, optional=dict.fromkeys(IDS, item_states)),
    st.permutations(IDS),
    st.booleans(),  # a row that is no record
)
steps = st.tuples(source_states, st.booleans(), st.none() | st.integers(0, 25))  # prune, write that fails


class AbortedError(Exception):
    """A stand-in for a full disk, a signal, or a bug."""


@contextmanager
def failing_at(database: Database, write: int | None) -> Iterator[None]:
    """Raise at the given write statement after this, counted from 0."""
    left = [write]

    def before(*call: Any) -> None:
        statement = call[2]
        if left[0] is not None and not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            if left[0] == 0:
                raise AbortedError
            left[0] -= 1

    sa.event.listen(database.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", before)


def arrange(world: World, state: tuple) -> list[Record | Rejection]:
    """Write the pictures of a state, and return its entries."""
    pictures, items, order, with_rejection = state
    for name in PICTURES:
        match pictures.get(name):
            case None:
                (world.pictures / name).unlink(missing_ok=True)
            case "broken":
                world.spoil(name)
            case colour:
                world.paint(name, **{colour: 200})
    entries: list[Record | Rejection] = [
        world.record(id, *items[id][1], title=items[id][0]) for id in order if id in items
    ]
    rejected = Rejection("row 9", "wrong_type", "not a record", "four" if "four" not in items else None)
    return [rejected, *entries] if with_rejection else entries


@settings(max_examples=12, deadline=None)
@given(st.lists(steps, min_size=1, max_size=4))
def test_any_history_ends_like_a_fresh_catalogue(history: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        world, fresh = World(Path(one)), World(Path(other))
        for state, prune, fails_at in history:
            entries = arrange(world, state)
            with suppress(AbortedError), failing_at(world.database, fails_at):
                report = world.add(*entries, prune=prune)
                assert report.balanced
        entries = arrange(world, history[-1][0])
        before = dump(world.database)["items"]
        report = world.add(*entries, prune=True)
        expected = fresh.add(*arrange(fresh, history[-1][0]))
        assert report.read == expected.read == len(entries)
        assert report.items == expected.items == len(dump(fresh.database)["items"])
        if expected.items:
            assert relative(dump(world.database), one) == relative(dump(fresh.database), other)
        else:  # a source that gives nothing is taken for a broken one, and deletes nothing
            assert report.pruned == 0 and dump(world.database)["items"] == before
        assert set(dump(world.database)["media"]) <= {digest for digest, _ in world.cache.features}
        again = world.add(*entries, prune=True)
        assert (again.added, again.updated, again.pruned, again.pictures.decoded) == (0, 0, 0, 0)
        world.database.close()
        fresh.database.close()


def relative(state: dict, folder: str) -> str:
    """Return a state as text in which both worlds lie in one folder."""
    return repr(state).replace(folder, "")
