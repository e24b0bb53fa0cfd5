"""Compaction while others write: nothing of theirs is lost, and nobody waits for the base."""

import pytest

import pinakes
from pinakes.catalog.lease import writer_lease
from pinakes.errors import LockedError
from pinakes.ingest import compaction, freeze
from pinakes.snapshots.layout import TEMPORARY
from pinakes.snapshots.leases import reserved
from test_deltas import World, answers, record


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.begin()
    made.add([record("a", ["red"], [1, 2, 0, 0]), record("base-003", ["blue"], [0, 1, 0, 2])])
    made.delete(["base-004"])
    return made


@pytest.fixture
def meanwhile(monkeypatch):
    """Has something done once while the next base is put together, or indexed."""

    def arrange(module, name, happen):
        undisturbed = getattr(module, name)

        def disturbed(*arguments, **options):
            monkeypatch.setattr(module, name, undisturbed)
            happen()
            return undisturbed(*arguments, **options)

        monkeypatch.setattr(module, name, disturbed)

    return arrange


def answers_of_a_full_freeze(world):
    fresh = World(world.folder / "fresh", world.items)
    fresh.folder.mkdir()
    pinakes.index(list(world.items.values()), fresh.collection.folder)
    return answers(fresh.collection.folder)


def change(world):
    world.add([record("b/c", ["silver"], [1, 0, 2, 0]), record("base-003", ["coin"], [1, 1, 1, 1])])
    world.delete(["a", "base-051"])
    world.add([record("z", ["glass"], [0, 0, 1, 1])])


@pytest.mark.parametrize(
    ("module", "name"),
    [(freeze, "last_touch"), (freeze, "build_postings"), (compaction, "index_after_freeze")],
)
def test_what_is_changed_meanwhile_is_in_the_new_release(world, meanwhile, module, name):
    served = []

    def happen():
        change(world)
        world.collection.prune(keep=1)  # which clears no room away that is written to
        served.append(world.collection.status().snapshots[0])

    meanwhile(module, name, happen)
    frozen = world.collection.compact()
    assert served == ["v0001"]
    assert (frozen.kind, frozen.snapshot) == ("base", "v0002")
    assert world.collection.status().snapshots[0] == "v0002"
    assert world.collection.status().deltas <= 1
    assert world.collection.verify().ok
    assert answers(world.collection.folder) == answers_of_a_full_freeze(world)
    assert not list(world.collection.paths.snapshots.glob(f"{TEMPORARY}*"))


def test_without_changes_the_base_is_alone(world):
    world.collection.compact()
    assert world.collection.status().snapshots == ("v0002",)


def test_a_base_that_somebody_else_published_meanwhile_stays(world, meanwhile):
    meanwhile(compaction, "index_after_freeze", world.collection.compact)
    world.collection.compact()
    assert world.collection.status().snapshots == ("v0003",)
    assert answers(world.collection.folder) == answers_of_a_full_freeze(world)


def test_who_writes_for_long_is_named(world, monkeypatch):
    monkeypatch.setattr(compaction, "PATIENCE", 0.05)
    with writer_lease(world.collection.paths.writer_lock, "index"), pytest.raises(LockedError, match="index"):
        world.collection.compact()
    assert world.collection.status().snapshots[0] == "v0001"


def test_room_that_was_kept_is_cleared_away_when_its_holder_is_gone(world):
    paths = world.collection.paths
    with reserved(paths, "v0002"):
        world.collection.prune()
        assert paths.unfinished("v0002").folder.is_dir()
    assert not paths.unfinished("v0002").folder.exists()
    paths.unfinished("v0002").folder.mkdir()  # by one who was killed
    world.collection.prune()
    assert not paths.unfinished("v0002").folder.exists()
    world.collection.compact()
    assert world.collection.status().snapshots == ("v0003",)
