import numpy as np
import pytest
from duplicate_pictures import photo, rendering
from PIL import Image, ImageEnhance

from pinakes.ingest.duplicates.agreement import compare, difference


def likeness(first, second):
    return compare(rendering(first)[None], rendering(second)[None])


def score(first, second):
    return float(likeness(first, second).agreement[0])


def light(first, second):
    return float(likeness(first, second).light[0])


def relit(image):
    """The same thing with the lamp moved: brighter at the left, darker at the right."""
    pixels = np.asarray(image, dtype=np.float32)
    slope = np.linspace(14, -14, pixels.shape[1])[None, :, None]
    return Image.fromarray((pixels + slope).clip(0, 255).astype(np.uint8))


def cropped(image):
    w, h = image.size
    return image.crop((0, round(h * 0.05), round(w * 0.95), h))


def covered(image):
    """A twelfth of the picture is painted over, as by a logo."""
    w, h = image.size
    made = image.copy()
    made.paste((160, 160, 160), (0, h * 3 // 4, w // 3, h))
    return made


@pytest.mark.parametrize(
    "edit",
    [
        lambda image: image.resize((120, 90), Image.Resampling.LANCZOS),
        cropped,
        covered,
        lambda image: image.rotate(-2, Image.Resampling.BICUBIC, fillcolor="white"),
        lambda image: ImageEnhance.Brightness(image).enhance(0.75),
    ],
    ids=["resize", "crop", "cover", "rotate", "brightness"],
)
def test_an_edited_copy_agrees(edit):
    for seed in range(4):
        assert score(photo(seed), edit(photo(seed))) >= 0.8
        assert light(photo(seed), edit(photo(seed))) <= 0.85


def test_another_light_agrees_and_is_told():
    for seed in range(4):
        assert score(photo(seed), relit(photo(seed))) > 0.9
        assert light(photo(seed), relit(photo(seed))) > 2.0


def test_pictures_that_are_not_laid_over_each_other_have_no_light_in_common():
    assert light(photo(0), photo(1)) == np.inf


def test_other_pictures_do_not_agree():
    assert max(score(photo(seed), photo(seed + 1)) for seed in range(8)) < 0.5


def test_the_negative_of_a_picture_does_not_agree():
    image = photo(4)
    assert score(image, Image.fromarray(255 - np.asarray(image))) == 0.0


def test_a_mirrored_picture_agrees_only_in_the_mirror():
    image = photo(5)
    flipped = rendering(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))[None]
    assert compare(rendering(image)[None], flipped).agreement[0] < 0.5
    assert compare(rendering(image)[None], flipped[:, :, ::-1]).agreement[0] > 0.95


def test_nothing_to_compare_is_no_agreement():
    flat = np.full((2, 96, 96), 128, dtype=np.uint8)
    assert compare(flat, flat).agreement.tolist() == [0.0, 0.0]


def test_seven_places_are_too_few_and_eight_are_enough():
    grain = np.random.default_rng(0).integers(60, 200, (24, 24), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
    for places, expected in ((7, 0.0), (8, 1.0)):
        picture = np.full((1, 96, 96), 128, dtype=np.uint8)
        picture[0, :12, : 12 * places] = grain[:12, : 12 * places]
        assert compare(picture, picture).agreement[0] == pytest.approx(expected, abs=0.02)


def test_no_pairs():
    none = np.empty((0, 96, 96), dtype=np.uint8)
    assert compare(none, none).agreement.shape == (0,)
    assert difference(none, none).shape == (0,)


def test_difference_is_in_grey_levels_and_forgives_a_few_places():
    plain = np.full((3, 96, 96), 100, dtype=np.uint8)
    other = plain.copy()
    other[0] += 7
    other[1, :12, :24] = 255  # 2 of 64 places are above the 95th percentile
    assert difference(plain, other).tolist() == [7.0, 0.0, 0.0]
