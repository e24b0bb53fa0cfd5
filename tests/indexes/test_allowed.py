import threading

import numpy as np
import pytest

from pinakes.indexes import allowed
from pinakes.indexes.allowed import AllowedRows
from pinakes.kernels.beside import Beside

PLACED = np.array([0, 1, 1, 2, 0, 2, 2, 2], dtype=np.int32)
SIZES = np.array([2, 2, 4, 0])


def counter(beside=None, narrow=lambda counts, mask: iter(())):
    return AllowedRows(PLACED, SIZES, beside or Beside(1), narrow)


def rows(*some):
    mask = np.zeros(len(PLACED), dtype=bool)
    mask[list(some)] = True
    return mask


@pytest.mark.parametrize("counted", [8, 9])
@pytest.mark.parametrize(
    ("some", "counts"), [((4, 7), [1, 0, 1, 0]), ((0, 1, 2, 3, 4, 6, 7), [2, 2, 3, 0]), ((), [0, 0, 0, 0])]
)
def test_allowed_rows_are_counted_by_list(monkeypatch, counted, some, counts):
    monkeypatch.setattr(allowed, "COUNTED", counted)
    for cores in (1, 2):
        found = counter(Beside(cores)).of(rows(*some), len(some))
        assert (found.counts.tolist(), found.count) == (counts, len(some))


def test_no_mask_allows_all():
    found = counter().of(None, 8)
    assert (found.counts.tolist(), found.bits, found.chosen) == ([2, 2, 4, 0], None, None)
    assert found.nearer(4.5).tolist() == [0, 0, 0, 0]


def test_where_few_rows_are_allowed_less_is_looked_for():
    """Half of list 0 and a quarter of list 2; list 1 counts as if it had a tenth: 2 log 10 = 4.605."""
    found = counter().of(rows(0, 3), 2)
    assert found.rarity.tolist() == pytest.approx(
        [2 * np.log(2), 2 * np.log(10), 2 * np.log(4), 2 * np.log(10)]
    )
    left = [(16 - 1.3863) ** 0.5, (16 - 4.6052) ** 0.5, (16 - 2.7726) ** 0.5]
    assert (4 - found.nearer(4)[:3]).tolist() == pytest.approx(left, abs=1e-4)
    assert found.nearer(1).tolist()[1] == 1  # not the root of what is below 0


def test_a_mask_is_known_by_what_it_allows():
    counts = counter()
    mask = rows(0, 3)
    first = counts.of(mask, 2)
    assert counts.of(mask.copy(), 2) is first
    mask[[3, 5]] = False, True
    other = counts.of(mask, 2)
    assert other is not first and other.bits.tolist() == [0b100001] and first.bits.tolist() == [0b001001]
    mask[[0, 5]] = False, True
    mask[1] = True
    assert counts.of(mask, 2).counts.tolist() == [0, 1, 1, 0]


def test_the_latest_masks_are_kept(monkeypatch):
    monkeypatch.setattr(allowed, "KEPT", 2)
    counts = counter()
    first, second = counts.of(rows(0), 1), counts.of(rows(1), 1)
    assert counts.of(rows(0), 1) is first
    counts.of(rows(2), 1)
    assert counts.of(rows(0), 1) is first and counts.of(rows(1), 1) is not second


def test_the_lists_of_a_mask_that_is_asked_again_and_again_are_narrowed_step_by_step(monkeypatch):
    monkeypatch.setattr(allowed, "AGAIN", 3)
    asked, done, beside = [], object(), Beside(1)

    def narrow(counts, mask):
        asked.append((counts.tolist(), mask.tolist()))
        yield None
        yield None
        yield done

    held = counter(beside, narrow)
    seen = []
    for _ in range(8):
        found = held.of(rows(4, 7), 2)
        seen.append(found.narrowed)
        held.answered(found)
        beside._helper.submit(int).result(10)  # the step is done
    assert seen == [None] * 5 + [done] * 3
    assert asked == [([1, 0, 1, 0], rows(4, 7).tolist())]
    assert held.of(rows(4), 1).narrowed is None


def test_one_step_at_a_time_waits_for_the_other_thread(monkeypatch):
    monkeypatch.setattr(allowed, "AGAIN", 1)
    beside, go, steps = Beside(1), threading.Event(), []
    held = counter(beside, lambda counts, mask: (steps.append(1) for _ in range(9)))
    busy = beside._helper.submit(go.wait, 10)
    for _ in range(5):
        held.answered(held.of(rows(4), 1))
    go.set()
    busy.result(10)
    beside._helper.submit(int).result(10)
    assert steps == [1]


def test_nothing_is_narrowed_without_a_mask_nor_for_one_that_is_no_longer_kept(monkeypatch):
    monkeypatch.setattr(allowed, "AGAIN", 1)
    monkeypatch.setattr(allowed, "KEPT", 1)
    asked, beside = [], Beside(1)
    held = counter(beside, lambda counts, mask: asked.append(mask))
    first = held.of(rows(0), 1)
    held.of(rows(1), 1)
    held.answered(first)
    held.answered(held.of(None, 8))
    beside._helper.submit(int).result(10)
    assert asked == []
