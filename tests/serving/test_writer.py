import pytest

from pinakes.collection import Collection
from pinakes.ingest import drain
from pinakes.ingest.inbox import Inbox
from pinakes.serving.writer import Drainer


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
