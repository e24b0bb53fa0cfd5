import numpy as np
import pytest

from pinakes.encoders.descriptor.shape import ORIENTATIONS, gradient_histograms, normalise_cells


def grey(plane):
    return np.stack([plane] * 3).astype(np.int32)


def ramp(size=32, step=4):
    """Brightness grows by ``step`` a pixel to the right."""
    return np.tile(np.arange(size) * step, (size, 1))


def test_brightness_that_grows_to_the_right_falls_into_bin_0():
    histograms = gradient_histograms(grey(ramp()), 2)
    assert (histograms[:, :, 1:] == 0).all()
    assert (histograms[:, :, 0] > 0).all()


def test_the_size_of_a_gradient():
    # A central difference spans two pixels: 8. One window over 32 pixels; the outermost have no gradient.
    histograms = gradient_histograms(grey(ramp()), 1)
    whole = np.maximum(0, 1 - np.abs(np.arange(32) + 0.5 - 16) / 32)
    weights = np.rint(16 * whole) / 16 / 32
    assert histograms[0, 0, 0] == pytest.approx(8 * weights[1:-1].sum() * weights.sum())


def test_brightness_that_grows_downwards_falls_into_the_middle_bin():
    histograms = gradient_histograms(grey(ramp().T), 2)
    assert histograms[:, :, ORIENTATIONS // 2].min() > 0
    assert np.delete(histograms, ORIENTATIONS // 2, axis=2).max() == 0


def test_dark_on_light_counts_as_light_on_dark():
    assert np.array_equal(gradient_histograms(grey(ramp()), 2), gradient_histograms(grey(255 - ramp()), 2))


def test_a_direction_between_two_bins_is_shared():
    # Two right and one down: 26.57 degrees, 0.181 of the way from bin 1 (22.5 degrees) to bin 2 (45 degrees).
    plane = np.add.outer(np.arange(32) * 3, np.arange(32) * 6)[:, :]
    histograms = gradient_histograms(grey(plane)[:, 8:24, 8:24], 1)[0, 0]
    magnitude = round(np.hypot(12, 6))
    second = magnitude - round(np.hypot(12, 6) * (1 - (np.degrees(np.arctan2(6, 12)) / 22.5 - 1)))
    inner = histograms[2] / (histograms[1] + histograms[2])
    assert second == 2 and magnitude == 13
    # Border pixels have one difference only and fall into bins 0 and 4.
    assert inner == pytest.approx(second / magnitude)
    assert histograms[[3, 5, 6, 7]].max() == 0


def test_the_channel_with_the_strongest_gradient_speaks():
    planes = grey(np.zeros((32, 32)))
    planes[2] = ramp().T
    planes[0] = ramp(step=1)
    histograms = gradient_histograms(planes, 1)[0, 0]
    assert histograms[ORIENTATIONS // 2] > 20 * histograms[0]


def test_contrast_hardly_matters_after_normalisation():
    weak = normalise_cells(gradient_histograms(grey(ramp(step=2)), 4))
    strong = normalise_cells(gradient_histograms(grey(ramp(step=7)), 4))
    assert np.allclose(weak, strong, rtol=0.1)


def test_a_flat_picture_has_no_shape():
    assert not normalise_cells(gradient_histograms(grey(np.full((32, 32), 200)), 4)).any()
