import numpy as np
import pytest

from pinakes.bench.statistics import Latency, percentile, recall, repeats


def rows(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_a_percentile_is_the_smallest_measured_value_that_enough_do_not_exceed():
    values = [15.0, 20.0, 35.0, 40.0, 50.0]
    assert percentile(values, 5) == 15.0
    assert percentile(values, 30) == 20.0  # 1.5 values: the second
    assert percentile(values, 40) == 20.0
    assert percentile(values, 50) == 35.0
    assert percentile(values, 100) == 50.0
    assert percentile([7.0], 99) == 7.0


def test_latency_of_a_hundred_values():
    measured = Latency.of([float(value) for value in range(100, 0, -1)])
    assert measured == Latency(p50=50.0, p95=95.0, p99=99.0, mean=50.5, queries=100)


def test_recall_counts_rows_that_reach_the_last_true_score():
    scores = np.array([0.9, 0.5, 0.8])
    allowed = np.ones(3, dtype=bool)
    assert recall(rows(4, 7, 2), scores, allowed, floor=0.8, wanted=4) == 0.5


def test_a_row_that_ties_with_the_last_true_one_counts():
    assert recall(rows(1), np.array([0.8]), np.array([True]), floor=0.8, wanted=1) == 1.0


def test_a_row_that_is_answered_twice_is_a_miss():
    scores = np.array([0.9, 0.9, 0.8, 0.8])
    found = rows(4, 4, 2, 2)
    assert recall(found, scores, np.ones(4, dtype=bool), floor=0.5, wanted=4) == 0.5
    assert repeats(found) == 2
    assert repeats(rows(1, 2)) == 0


def test_a_row_that_the_filter_forbids_is_a_miss():
    assert recall(rows(1, 2), np.array([0.9, 0.9]), np.array([False, True]), floor=0.1, wanted=2) == 0.5


def test_rows_past_the_wanted_ones_do_not_help():
    scores = np.array([0.1, 0.9])
    assert recall(rows(1, 2), scores, np.ones(2, dtype=bool), floor=0.5, wanted=1) == 0.0


@pytest.mark.parametrize(("answer", "expected"), [((), 1.0), ((3,), 0.0)])
def test_nothing_is_the_right_answer_where_nothing_passes(answer, expected):
    found = rows(*answer)
    scores, allowed = np.zeros(len(found)), np.zeros(len(found), dtype=bool)
    assert recall(found, scores, allowed, floor=np.inf, wanted=0) == expected
