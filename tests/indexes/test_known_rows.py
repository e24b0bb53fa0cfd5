import numpy as np

from pinakes.indexes.known import KnownRows


def even():
    return np.arange(20) % 2 == 0


def test_the_rows_of_a_mask_are_found_again_by_its_bits_and_not_by_its_place():
    known, mask = KnownRows(), even()
    assert known.of(mask).tolist() == list(range(0, 20, 2)) and known.count(mask) == 10
    assert known.of(mask.copy()) is known.of(mask)
    mask[2] = False
    assert known.of(mask).tolist() == [0, *range(4, 20, 2)] and known.count(mask) == 9


def test_a_mask_that_nobody_can_write_to_is_found_again_as_itself(monkeypatch):
    known, mask = KnownRows(), even()
    mask.setflags(write=False)
    rows = known.of(mask)
    for name in ("packbits", "count_nonzero"):
        monkeypatch.setattr(np, name, None)
    assert known.of(mask) is rows and known.count(mask) == 10


def test_a_view_that_its_owner_may_write_to_is_found_again_by_its_bits():
    known, owned = KnownRows(), even()
    mask = owned[:]
    mask.setflags(write=False)
    assert known.of(mask).tolist() == list(range(0, 20, 2))
    owned[2] = False
    assert known.of(mask).tolist() == [0, *range(4, 20, 2)] and known.count(mask) == 9


def test_another_mask_takes_the_place_of_the_latest():
    known, mask, other = KnownRows(), even(), ~even()
    for one in (mask, other):
        one.setflags(write=False)
    for one, count in ((mask, 10), (other, 10), (mask, 10)):
        assert known.of(one).tolist() == np.flatnonzero(one).tolist() and known.count(one) == count
