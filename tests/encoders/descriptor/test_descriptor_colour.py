import numpy as np
import pytest

from pinakes.encoders.descriptor.colour import (
    BINS,
    LIGHTNESS_BINS,
    LIGHTNESS_SHARE,
    STEPS,
    colour_histograms,
)


def plain(red, green, blue, size=32):
    return np.broadcast_to(np.array([red, green, blue])[:, None, None], (3, size, size)).astype(np.int32)


def chromaticity(planes):
    return colour_histograms(planes)[:, :, : BINS * BINS]


def lightness(planes):
    return colour_histograms(planes)[:, :, BINS * BINS :]


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_grey_of_any_shade_falls_into_the_middle_bin(shade):
    histogram = chromaticity(plain(shade, shade, shade))[1, 1]
    assert histogram.argmax() == (BINS * BINS) // 2
    assert np.count_nonzero(histogram) == 1


def test_red_and_green_fall_on_opposite_sides():
    red = chromaticity(plain(200, 0, 0))[1, 1].reshape(BINS, BINS).sum(axis=1)
    green = chromaticity(plain(0, 200, 0))[1, 1].reshape(BINS, BINS).sum(axis=1)
    assert np.array_equal(red, green[::-1])
    assert red.argmax() == BINS - 1


def test_yellow_and_blue_fall_on_opposite_sides():
    yellow = chromaticity(plain(200, 200, 0))[1, 1].reshape(BINS, BINS).sum(axis=0)
    blue = chromaticity(plain(0, 0, 200))[1, 1].reshape(BINS, BINS).sum(axis=0)
    assert yellow.argmax() > BINS // 2 > blue.argmax()


def test_colour_stays_where_it_is():
    planes = plain(128, 128, 128).copy()
    planes[0, :, 24:] = 255
    middle = chromaticity(planes)[:, :, (BINS * BINS) // 2]
    assert (middle[:, 3] < middle[:, 0] / 2).all()


def test_every_pixel_counts_once():
    random = np.random.default_rng(0).integers(0, 256, (3, 32, 32)).astype(np.int32)
    for part in (chromaticity, lightness):
        assert part(random).sum(axis=2) == pytest.approx(part(plain(1, 2, 3)).sum(axis=2))


def test_lightness_counts_for_a_quarter_of_colour():
    planes = plain(10, 200, 30)
    # Chromaticity is shared along two axes of STEPS each, lightness along one.
    ratio = lightness(planes).sum() / chromaticity(planes).sum()
    assert ratio == pytest.approx(LIGHTNESS_SHARE * STEPS**2 / STEPS**2)


@pytest.mark.parametrize(("level", "expected"), [(0, [1, 0, 0, 0, 0]), (255, [0, 0, 0, 0, 1])])
def test_black_and_white_lie_at_the_ends_of_lightness(level, expected):
    histogram = lightness(plain(level, level, level))[2, 2]
    assert (histogram / histogram.sum()).tolist() == expected
    assert len(expected) == LIGHTNESS_BINS


def test_a_lightness_between_two_bins_is_shared():
    # 5 bins are 63.75 apart: 96 is 1.506 of them, rounded to 8 of 16 steps.
    histogram = lightness(plain(96, 96, 96))[1, 1]
    assert (histogram / histogram.sum()).tolist() == [0, 0.5, 0.5, 0, 0]
