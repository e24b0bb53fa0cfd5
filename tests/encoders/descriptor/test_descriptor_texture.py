import numpy as np
import pytest

from pinakes.encoders.descriptor.texture import FILTERS, filter_responses


def test_filters_are_orthogonal():
    products = FILTERS @ FILTERS.T
    assert np.array_equal(products, np.diag(np.diagonal(products)))


def test_a_flat_picture_has_no_texture():
    assert not filter_responses(np.full((3, 32, 32), 77, dtype=np.int32)).any()


def test_a_checkerboard_of_grey_answers_in_the_filter_of_its_pattern_alone():
    # +1 -1 -1 +1 in both directions is the third row of the transform with itself: filter 2 * 4 + 2 = 10, the
    # tenth of lightness. Shifted by a pixel it answers in others; over a period of four all phases come.
    pattern = np.outer([1, -1, -1, 1], [1, -1, -1, 1])
    planes = np.tile(128 + 10 * np.tile(pattern, (8, 8)), (3, 1, 1)).astype(np.int32)
    responses = filter_responses(planes)[1, 1]
    positive, negative = responses[:25], responses[25:]
    assert positive.argmax() == negative.argmax() == 9
    assert positive[9] == pytest.approx(negative[9], rel=0.1)


def test_light_and_dark_phases_are_kept_apart():
    # One bright dot in the dark is not one dark dot in the light.
    planes = np.zeros((3, 32, 32), dtype=np.int32)
    planes[:, ::4, ::4] = 200
    bright, dark = filter_responses(planes)[1, 1], filter_responses(200 - planes)[1, 1]
    assert np.allclose(bright[:25], dark[25:]) and np.allclose(bright[25:], dark[:25])
    assert not np.allclose(bright, dark)


def test_colour_edges_of_equal_lightness_are_seen():
    planes = np.full((3, 32, 32), 100, dtype=np.int32)
    planes[0, :, ::2] += 60
    planes[1, :, ::2] -= 60
    responses = filter_responses(planes)[1, 1]
    assert not responses[:15].any() and responses[15:20].any()
