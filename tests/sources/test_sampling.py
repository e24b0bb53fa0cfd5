from pathlib import Path

import pytest

from pinakes.sources import sampling
from pinakes.sources.rows import BrokenRow, Row
from pinakes.sources.sampling import Sample, take_sample


class Numbers:
    def __init__(self, number, broken=()):
        self.number, self.broken, self.path = number, broken, Path("numbers")

    def columns(self):
        return ("n",)

    def rows(self):
        for n in range(self.number):
            yield BrokenRow(n, "broken") if n in self.broken else Row(n, {"n": n})


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(sampling, "FIRST", 3)
    monkeypatch.setattr(sampling, "SPREAD", 4)


def numbers(sample):
    return [row.number for row in sample.rows]


def test_a_small_table_is_taken_whole():
    assert numbers(take_sample(Numbers(7))) == [0, 1, 2, 3, 4, 5, 6]


def test_the_rest_is_spread_evenly():
    # Of the 17 rows after the first three, every fourth: one more would be a fifth of at most four.
    assert numbers(take_sample(Numbers(19))) == [0, 1, 2, 3, 7, 11, 15]
    assert numbers(take_sample(Numbers(20))) == [0, 1, 2, 3, 11, 19]


def test_broken_rows_are_counted():
    sample = take_sample(Numbers(10, broken={1, 5}))
    assert (sample.offered, sample.broken) == (10, 2)
    assert numbers(sample)[:3] == [0, 2, 3]


def test_no_more_than_asked_for():
    assert take_sample(Numbers(100), limit=2) == Sample((Row(0, {"n": 0}), Row(1, {"n": 1})), 2, 0)


def test_columns_hold_the_cells_that_say_something():
    rows = ({"a": 1, "b": ["x"]}, {"a": None, "c": "", "b": ["x"]}, {"a": 1}, {"a": 2})
    columns = Sample(tuple(Row(n, values) for n, values in enumerate(rows)), 4, 0).columns()
    assert list(columns) == ["a", "b", "c"]
    assert (columns["a"].cells, columns["a"].coverage) == ((1, 1, 2), 0.75)
    assert columns["a"].distinct == pytest.approx(2 / 3)
    assert columns["b"].distinct == 0.5
    assert columns["c"].cells == ()
