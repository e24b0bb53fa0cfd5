import numpy as np
import pytest

from pinakes.bench.data.cases import SELECTIVITIES, UNFILTERED, Case, Column, Kind, Range, filter_cases

COLUMNS = {
    Column.SHUFFLED: np.array([3, 0, 4, 1, 2], dtype=np.int32),
    Column.ALONG: np.array([0, 1, 2, 3, 4], dtype=np.int32),
}


def passing(case, side):
    return np.flatnonzero(case.where(5, side).mask(COLUMNS)).tolist()


def test_a_range_holds_its_lower_end_and_not_its_upper():
    assert Range(Column.SHUFFLED, 1, 3).mask(COLUMNS).tolist() == [False, False, False, True, True]


def test_without_a_filter_there_is_none():
    assert UNFILTERED.where(5, 1) is None
    assert str(UNFILTERED) == "no filter"


def test_an_independent_filter_does_not_look_at_the_query():
    case = Case(Kind.INDEPENDENT, 0.4)
    assert passing(case, 1) == passing(case, -1) == [1, 3]


def test_a_near_filter_passes_the_side_of_the_query_and_a_far_one_the_other():
    assert passing(Case(Kind.NEAR, 0.4), 1) == [3, 4]
    assert passing(Case(Kind.NEAR, 0.4), -1) == [0, 1]
    assert passing(Case(Kind.FAR, 0.4), 1) == [0, 1]
    assert passing(Case(Kind.FAR, 0.4), -1) == [3, 4]


def test_at_least_one_row_passes():
    assert len(passing(Case(Kind.INDEPENDENT, 0.0001), 1)) == 1


@pytest.mark.parametrize("share", SELECTIVITIES)
def test_every_kind_is_measured_at_every_selectivity(share):
    assert sum(case.share == share for case in filter_cases()) == 3


@pytest.mark.parametrize("kind", [Kind.INDEPENDENT, Kind.NEAR, Kind.FAR])
def test_a_filter_that_is_asked_once_is_no_other_query_s(kind):
    again, once = Case(kind, 0.1), Case(kind, 0.1, once=True)
    assert (str(again), str(once)) == (f"{kind} 10.00%", f"{kind} 10.00%, asked once")
    for side in (-1, 1):
        shared = {again.where(1000, side, number) for number in range(500)}
        alone = {once.where(1000, side, number) for number in range(500)}
        assert (len(shared), len(alone)) == (1, 500)
        assert not alone & shared
        assert {where.high - where.low for where in alone} == {100}
        assert all(where.low >= 0 and where.high <= 1000 for where in alone)
    assert abs(once.where(1000, 1, 3).low - again.where(1000, 1).low) == 4


def test_what_lets_everything_through_is_never_new():
    cases = filter_cases((0.1, 1.0), once=True)
    assert [(case.share, case.once) for case in cases[:3]] == [(0.1, False), (0.1, True), (1.0, False)]
    assert Case(Kind.FAR, 1.0, once=True).where(10, 1, 3) == Case(Kind.FAR, 1.0).where(10, 1)
