import numpy as np

from pinakes.ingest.duplicates.rendering import PREPARER, SIDE, render


def test_luma_of_a_plain_colour_fills_a_square():
    # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B = 59.8 + 58.7 + 5.7 = 124.2
    made = render(np.full((30, 70, 3), (200, 100, 50), dtype=np.uint8))
    assert made.shape == (SIDE, SIDE)
    assert made.dtype == np.uint8
    assert np.unique(made).tolist() == [124]


def test_a_single_pixel_is_enough():
    assert render(np.zeros((1, 1, 3), dtype=np.uint8)).shape == (SIDE, SIDE)


def test_the_preparer_is_this_function():
    assert f"{render.__module__}:{render.__name__}" == PREPARER
