import numpy as np
import pytest

from pinakes.encoders.bridge.measure import Measured, rank_matrix, summarise


def test_ranks_and_shared_ranks():
    queries = np.array([[1.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    items = np.array([[0.5, 0.5], [1.0, 0.0]], dtype=np.float32)
    # The second query knows nothing: both items share the ranks 1 and 2.
    assert rank_matrix(queries, items).tolist() == [[2.0, 1.0], [1.5, 1.5]]


def ranks(size, own):
    matrix = np.tile(np.arange(1.0, size + 1), (size, 1))
    matrix[np.arange(size), np.arange(size)] = own
    return matrix


def test_the_summary_of_perfect_and_of_hopeless_pools():
    # Every item is at its own rank in every row, but the right one, which is at 1 or 30.
    measured = summarise([ranks(40, 1.0), ranks(40, 30.0)], captions=90, penalty=1.0)
    assert (measured.captions, measured.queries, measured.pool) == (90, 80, 40)
    assert measured.median_rank == (1 + 30) / 2
    assert measured.recall == 0.5
    # Wilson, 40 of 80, z = 1.96: (0.5 + 1.92/80 +- 1.96 sqrt(0.25/80 + 0.96/6400)) / (1 + 3.84/80)
    assert (measured.recall_low, measured.recall_high) == pytest.approx((0.3930, 0.6070), abs=1e-4)


def test_chance_is_ten_out_of_the_pool():
    random = np.random.default_rng(0)
    pool = np.argsort(np.argsort(random.random((100, 100)), axis=1), axis=1) + 1.0
    measured = summarise([pool], captions=100, penalty=1.0)
    assert measured.chance == pytest.approx(0.1, abs=0.005)
    # 97.5 % of Binomial(100, 0.1) lies at or below 16.
    assert 0.13 <= measured.chance_high <= 0.18
    assert not measured.above_chance


def test_nothing_measured_is_not_above_chance():
    assert not Measured(captions=3).above_chance
