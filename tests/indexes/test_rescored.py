import numpy as np

from pinakes.indexes.rescored import rescored


def rough_scan():
    """A hundred rows with scores 1.00, 0.99, 0.98 ...; rough ones are 0.005 above and below in turn."""
    true = 1.0 - 0.01 * np.arange(100)
    guessed = np.sort(true + 0.005 * (-1.0) ** np.arange(100))[::-1].astype(np.float32)
    vectors = np.zeros((100, 4), np.float32)
    vectors[:, 0] = true
    return vectors, guessed


QUERY = np.eye(1, 4, dtype=np.float32)[0]


def test_as_many_are_scored_as_may_matter():
    """Off by 0.005: after four rows the second best is 0.99.

    With 2 deviations nothing below 0.98 matters, with 10 all down to 0.94 do, the sixth row among them, which
    is far better than was guessed.
    """
    vectors, guessed = rough_scan()
    vectors[5, 0] = 2.0
    asked = QUERY, 2, (guessed, np.arange(100))
    few, sure = rescored(vectors, *asked, 4, deviations=2.0)
    assert few.tolist() == [0, 1] and sure
    all_rows, sure = rescored(vectors, *asked, 4, deviations=10.0)
    assert all_rows.tolist() == [0, 5] and not sure


def test_fewer_rows_than_wanted_are_all_there_is():
    vectors, guessed = rough_scan()
    rows, sure = rescored(vectors, QUERY, 10, (guessed[:3], np.array([2, 0, 1])), 4, deviations=2.0)
    assert rows.tolist() == [0, 1, 2] and not sure
    none = rescored(vectors, QUERY, 10, (guessed[:0], np.arange(0)), 4, deviations=2.0)
    assert none[0].tolist() == [] and not none[1]
