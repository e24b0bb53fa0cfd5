import numpy as np
import pytest
from duplicate_pictures import photo, rendering
from PIL import Image

from pinakes.ingest.duplicates.registration import register, register_coarsely, warp

IDENTITY = np.array([[[1, 0, 0], [0, 1, 0]]], dtype=np.float32)


def overlay(first, second):
    first, second = rendering(first)[None], rendering(second)[None]
    transform, correlation = register_coarsely(first, second)
    return register(first, second, transform).transform[0], float(correlation[0])


def test_warp_by_one_pixel_to_the_right():
    pictures = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    shifted = IDENTITY.copy()
    shifted[0, 0, 2] = 2 / 4  # a pixel is 2 / side of a half side wide
    samples, inside = warp(pictures, shifted)
    assert samples[0, 0].tolist() == [1, 2, 3, 3]
    assert inside[0, 0].tolist() == [True, True, True, False]


def test_warp_interpolates_between_pixels():
    pictures = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    shifted = IDENTITY.copy()
    shifted[0, 1, 2] = 0.25 * 2 / 4
    assert warp(pictures, shifted)[0][0, 0].tolist() == [1, 2, 3, 4]


def test_a_picture_lies_on_itself():
    transform, correlation = overlay(photo(1), photo(1))
    assert correlation == pytest.approx(1.0, abs=1e-4)
    assert transform == pytest.approx(IDENTITY[0], abs=1e-3)


def test_a_crop_of_ten_percent_is_a_scale():
    image = photo(2)
    w, h = image.size
    cropped = image.crop((round(w * 0.05), round(h * 0.05), round(w * 0.95), round(h * 0.95)))
    transform, _ = overlay(image, cropped)
    # The middle 90 % fill the frame: places move apart by 1 / 0.9.
    assert transform == pytest.approx(np.array([[1 / 0.9, 0, 0], [0, 1 / 0.9, 0]]), abs=0.01)


def test_a_rotation_of_two_degrees_is_found():
    image = photo(3, size=(256, 256))
    turned = image.rotate(2, Image.Resampling.BICUBIC, fillcolor="white")
    transform, _ = overlay(image, turned)
    cosine, sine = np.cos(np.radians(2)), np.sin(np.radians(2))
    # Counter-clockwise, with y pointing down.
    assert transform[:, :2] == pytest.approx(np.array([[cosine, sine], [-sine, cosine]]), abs=0.01)


def test_flat_pictures_stay_where_they_are():
    flat = np.full((1, 96, 96), 90, dtype=np.uint8)
    transform, correlation = register_coarsely(flat, flat)
    assert transform == pytest.approx(IDENTITY)
    assert correlation.tolist() == [0.0]


def test_a_pair_does_not_depend_on_its_neighbours():
    first = np.stack([rendering(photo(s)) for s in (1, 2, 3)])
    second = np.stack([rendering(photo(s)) for s in (1, 5, 3)])
    together = register(first, second, register_coarsely(first, second)[0]).transform
    alone = register(first[1:2], second[1:2], register_coarsely(first[1:2], second[1:2])[0]).transform
    assert together[1] == pytest.approx(alone[0], abs=1e-4)
