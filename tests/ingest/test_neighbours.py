import numpy as np

from pinakes.ingest.neighbours import measure_neighbours
from pinakes.kernels.similarity import unit_rows


def test_percentiles_of_the_nearest_other_item():
    # Pairs of items 60 degrees apart, each pair on its own axes: every nearest cosine is 0.5.
    vectors = np.zeros((40, 40), dtype=np.float32)
    for pair in range(20):
        vectors[2 * pair, 2 * pair] = 1.0
        vectors[2 * pair + 1, 2 * pair : 2 * pair + 2] = [0.5, np.sqrt(0.75)]
    found = measure_neighbours(vectors, np.arange(40))
    assert (found.close, found.very_close) == (0.5, 0.5)


def test_views_of_one_item_are_not_neighbours_of_each_other():
    vectors = unit_rows(np.repeat(np.eye(30), 2, axis=0))
    found = measure_neighbours(vectors, np.repeat(np.arange(30), 2))
    assert (found.close, found.very_close) == (0.0, 0.0)


def test_too_few_rows_or_one_item_say_nothing():
    assert measure_neighbours(np.eye(19, dtype=np.float32), np.arange(19)) is None
    assert measure_neighbours(unit_rows(np.ones((30, 3))), np.zeros(30, dtype=np.int64)) is None
