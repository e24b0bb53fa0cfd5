import numpy as np
import pytest

from pinakes.indexes import allowed
from pinakes.indexes.allowed import AllowedRows
from pinakes.kernels.beside import Beside

PLACED = np.array([0, 1, 1, 2, 0, 2, 2, 2], dtype=np.int32)
SIZES = np.array([2, 2, 4, 0])


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
        found = AllowedRows(PLACED, SIZES, Beside(cores)).of(rows(*some), len(some))
        assert (found.counts.tolist(), found.count) == (counts, len(some))


def test_no_mask_allows_all():
    found = AllowedRows(PLACED, SIZES, Beside(1)).of(None, 8)
    assert (found.counts.tolist(), found.bits, found.chosen) == ([2, 2, 4, 0], None, None)
    assert found.nearer(4.5).tolist() == [0, 0, 0, 0]


def test_where_few_rows_are_allowed_less_is_looked_for():
    """Half of list 0 and a quarter of list 2; list 1 counts as if it had a tenth: 2 log 10 = 4.605."""
    found = AllowedRows(PLACED, SIZES, Beside(1)).of(rows(0, 3), 2)
    assert found.rarity.tolist() == pytest.approx(
        [2 * np.log(2), 2 * np.log(10), 2 * np.log(4), 2 * np.log(10)]
    )
    left = [(16 - 1.3863) ** 0.5, (16 - 4.6052) ** 0.5, (16 - 2.7726) ** 0.5]
    assert (4 - found.nearer(4)[:3]).tolist() == pytest.approx(left, abs=1e-4)
    assert found.nearer(1).tolist()[1] == 1  # not the root of what is below 0


def test_a_mask_is_known_by_what_it_allows():
    counter = AllowedRows(PLACED, SIZES, Beside(1))
    mask = rows(0, 3)
    first = counter.of(mask, 2)
    assert counter.of(mask.copy(), 2) is first
    mask[[3, 5]] = False, True
    other = counter.of(mask, 2)
    assert other is not first and other.bits.tolist() == [0b100001] and first.bits.tolist() == [0b001001]
    mask[[0, 5]] = False, True
    mask[1] = True
    assert counter.of(mask, 2).counts.tolist() == [0, 1, 1, 0]


def test_the_latest_masks_are_kept(monkeypatch):
    monkeypatch.setattr(allowed, "KEPT", 2)
    counter = AllowedRows(PLACED, SIZES, Beside(1))
    first, second = counter.of(rows(0), 1), counter.of(rows(1), 1)
    assert counter.of(rows(0), 1) is first
    counter.of(rows(2), 1)
    assert counter.of(rows(0), 1) is first and counter.of(rows(1), 1) is not second
