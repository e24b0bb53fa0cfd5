import time
from typing import ClassVar

import pytest

import pinakes
from pinakes.collection import Collection
from pinakes.ingest import drain
from pinakes.ingest.inbox import Inbox
from pinakes.serving import writer
from pinakes.serving.compacting import Compaction
from pinakes.serving.writer import Drainer
from pinakes.snapshots.layout import CollectionPaths


@pytest.mark.parametrize(("takes", "begun"), [(0.1, [0.0, 0.5, 1.0]), (0.8, [0.0, 0.8, 1.6])])
def test_changes_that_never_pause_are_drained_twice_a_second_at_most(gallery, monkeypatch, takes, begun):
    now, times = 0.0, []

    def sleep(seconds):
        nonlocal now
        now += seconds

    def make(_collection, _catalog):
        times.append(now)
        sleep(takes)
        return drain.Made()

    monkeypatch.setattr(Collection, "drain", make)
    monkeypatch.setattr(Inbox, "waiting", lambda _inbox: 1)
    Drainer(gallery, lambda: len(times) == 3, clock=lambda: now, sleep=sleep).run()
    assert times == pytest.approx(begun)


class Compacting:
    """A compaction that ends when it is told to, with what is to be said of it."""

    begun: ClassVar[list["Compacting"]] = []

    def __init__(self, folder, share):
        self.share, self.said = share, None
        self.begun.append(self)

    def ended(self):
        return self.said

    def stop(self):
        self.said = "stopped"


@pytest.fixture
def drained(gallery, monkeypatch):
    """Lets a drainer take some steps, each with so many rows in the deltas of a base of 10,000 items."""
    monkeypatch.setattr(Compacting, "begun", [])
    monkeypatch.setattr(writer, "Compaction", Compacting)
    monkeypatch.setattr(Collection, "drain", lambda _collection, _catalog: drain.Made())
    monkeypatch.setattr(Collection, "prune", lambda _collection, keep: pruned.append(keep))
    monkeypatch.setattr(Inbox, "waiting", lambda _inbox: waiting)
    pruned, waiting, now = [], 1, 0.0
    drainer = Drainer(gallery, lambda: left <= 0, clock=lambda: now, sleep=lambda _seconds: None)
    left = 0

    def step(rows, changes=1, after=0.5):
        nonlocal waiting, now, left
        monkeypatch.setattr(Collection, "delta_rows", (rows, 10_000))
        waiting, now = changes, now + after
        drainer._step()
        return len(Compacting.begun), len(pruned)

    return step


def test_one_base_at_a_time_is_written_beside_changes(drained):
    assert drained(2_000) == (0, 0)
    assert drained(4_000) == (0, 0)  # a large share, but few rows
    assert drained(5_000) == (1, 0)
    assert drained(5_100) == (1, 0)
    Compacting.begun[0].said = ""
    assert drained(100) == (1, 1)
    assert drained(1_500, changes=0) == (1, 1)
    assert drained(1_500, changes=0, after=6.0) == (2, 1)  # nothing came for a while


def test_a_base_that_failed_is_tried_again_when_the_deltas_have_grown(drained):
    assert drained(5_000) == (1, 0)
    Compacting.begun[0].said = "a gate failed"
    assert drained(5_100) == (1, 0)
    assert drained(5_900) == (1, 0)
    assert drained(6_100) == (2, 0)


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(gallery, caplog):
    CollectionPaths(gallery).inbox_lock.unlink(missing_ok=True)  # whoever served the original left one
    CollectionPaths(gallery).inbox_lock.mkdir()  # nobody can write to a file of this name
    waits = []
    drainer = Drainer(gallery, lambda: len(waits) == 2, sleep=waits.append)
    drainer.run()
    assert waits == [writer.AFTER_AN_ERROR] * 2
    (said,) = (record.getMessage() for record in caplog.records)
    assert said.startswith("changes cannot be made: cannot write")


def test_a_compaction_is_a_process_that_says_what_went_wrong(gallery, tmp_path):
    def wait(compaction):
        while (said := compaction.ended()) is None:
            time.sleep(0.05)
        return said

    assert wait(Compaction(gallery, 1.0)) == ""
    with pinakes.open(gallery) as engine:
        assert engine.release.id.startswith("v0002-")
    assert "pinakes.toml" in wait(Compaction(tmp_path / "nothing", 1.0))
    stopped = Compaction(gallery, 1.0)
    stopped.stop()
    assert Collection(gallery).verify().ok


def test_what_nothing_names_is_removed_now_and_then(drained, monkeypatch):
    monkeypatch.setattr(writer, "PRUNE_EVERY", 3)
    assert [drained(10)[1] for _ in range(6)] == [0, 0, 1, 1, 1, 2]
