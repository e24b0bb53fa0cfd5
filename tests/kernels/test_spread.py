import pytest

from pinakes.kernels.spread import spread_evenly


@pytest.mark.parametrize(
    ("count", "most", "places"),
    [
        (0, 5, []),
        (1, 5, [0]),
        (3, 5, [0, 1, 2]),
        (9, 3, [0, 4, 8]),
        (10, 4, [0, 3, 6, 9]),
    ],
)
def test_places_reach_from_the_first_to_the_last(count, most, places):
    assert spread_evenly(count, most).tolist() == places
