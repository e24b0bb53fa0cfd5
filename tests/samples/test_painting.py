import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.samples.painting.canvas import SIDE, Canvas, Mask, soften
from pinakes.samples.painting.colours import mixed, ramp, rgb, shades
from pinakes.samples.painting.curves import mirrored, placed, points, ribbon, ring, smooth
from pinakes.samples.painting.die import Die, Frame
from pinakes.samples.painting.fabric import woven
from pinakes.samples.painting.light import noise, relief
from pinakes.samples.painting.shapes import ellipse, empty, everywhere, glow, polygon, strokes, turned

BLACK, WHITE = rgb("#000000"), rgb("#ffffff")


def grey(value):
    return Canvas(np.full((3, SIDE, SIDE), value, np.float32))


def test_rgb():
    assert rgb("#ff8000").tolist() == pytest.approx([1, 128 / 255, 0])


def test_paint_mixes_by_coverage_and_opacity():
    canvas = grey(0.2)
    canvas.paint(Mask(10, 20, np.array([[0, 0.5, 1]], np.float32)), WHITE, 0.5)
    assert canvas.pixels[:, 20, 10:13].tolist() == [pytest.approx([0.2, 0.4, 0.6])] * 3
    assert canvas.pixels[0, 21, 10] == np.float32(0.2)


def test_shade_multiplies_and_lighten_screens():
    canvas = grey(0.5)
    one = Mask(0, 0, np.ones((1, 1), np.float32))
    canvas.shade(one, rgb("#808080"))
    assert canvas.pixels[0, 0, 0] == pytest.approx(0.5 * 128 / 255)
    canvas = grey(0.5)
    canvas.lighten(one, rgb("#808080"))
    assert canvas.pixels[0, 0, 0] == pytest.approx(1 - 0.5 * (1 - 128 / 255))


def test_finished_rounds_to_eight_bits_with_little_grain():
    picture = np.asarray(grey(0.5).finished(np.random.default_rng(0)), np.float64)
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.mean() == pytest.approx(127.5, abs=0.1)
    assert np.abs(picture - 127.5).max() <= 2


def test_a_rectangle_covers_its_area_exactly():
    mask = polygon(points((10, 20), (40, 20), (40, 60), (10, 60)))
    assert mask.alpha.sum() == pytest.approx(30 * 40, rel=0.03)


@given(st.floats(3, 200), st.floats(3, 200))
def test_an_ellipse_covers_pi_times_its_half_axes(rx, ry):
    assert ellipse(256, 256, rx, ry).alpha.sum() == pytest.approx(np.pi * rx * ry, rel=0.03)


def test_a_stroke_covers_its_length_times_its_width_and_round_ends():
    mask = strokes(points((100, 100), (200, 100)), width=8)
    assert mask.alpha.sum() == pytest.approx(100 * 8 + np.pi * 16, rel=0.06)


def test_shapes_beyond_the_edge_are_cut_off():
    assert polygon(ring(0, 0, 50)).alpha.sum() == pytest.approx(np.pi * 2500 / 4, rel=0.05)
    outside = empty(600, -50, 700, -10)
    assert outside.alpha.shape == (1, 1) and outside.alpha.sum() == 0


def test_masks_know_where_they_are():
    mask = Mask(5, 7, np.zeros((2, 3), np.float32))
    assert mask.x.tolist() == [[5.5, 6.5, 7.5]]
    assert mask.y.tolist() == [[7.5], [8.5]]
    assert mask.window == (slice(7, 9), slice(5, 8))


def test_over_places_one_mask_on_the_box_of_another():
    small = Mask(1, 1, np.array([[0.5, 0.7]], np.float32))
    assert small.over(Mask(0, 0, np.ones((3, 2), np.float32))).tolist() == [[0, 0], [0, 0.5], [0, 0]]
    assert small.over(Mask(8, 8, np.ones((2, 2), np.float32))).sum() == 0
    assert everywhere().within(small).alpha.sum() == pytest.approx(1.2)


def test_blurring_keeps_the_coverage_and_moves_it():
    mask = ellipse(200, 200, 20)
    soft = mask.blurred(12, dx=30, dy=10)
    assert soft.alpha.sum() == pytest.approx(mask.alpha.sum(), rel=0.05)
    x = (soft.alpha * soft.x).sum() / soft.alpha.sum()
    y = (soft.alpha * soft.y).sum() / soft.alpha.sum()
    assert (x, y) == (pytest.approx(230, abs=1), pytest.approx(210, abs=1))


def test_softening_a_constant_changes_nothing():
    assert soften(np.full((40, 30), 0.6), 9) == pytest.approx(0.6, abs=1 / 255)


def test_glow_is_gaussian():
    mask = glow(100.5, 100.5, 10, 20)
    column = mask.alpha[:, int(100 - mask.left)]
    assert column.max() == pytest.approx(1)
    assert column[int(120 - mask.top)] == pytest.approx(np.exp(-0.5), abs=1e-3)


def test_a_turned_cylinder_has_straight_sides_and_round_ends():
    body = turned(256, points((50, 100), (50, 300)), tilt=0.2)
    # a rectangle of 100 x 200 and two half ellipses of 50 x 10
    assert body.mask.alpha.sum() == pytest.approx(100 * 200 + np.pi * 50 * 10, rel=0.02)
    row = body.across[100]
    assert row.min() == -1 and row.max() == 1
    assert np.all(np.diff(row) >= 0)


def test_smooth_passes_through_its_knots():
    knots = points((0, 0), (10, 5), (20, 0), (30, 9))
    assert smooth(knots, closed=False, steps=4)[::4] == pytest.approx(knots)
    assert smooth(knots, closed=True, steps=4)[::4] == pytest.approx(knots)


def test_placed_scales_turns_and_moves():
    assert placed(points((1, 0)), 10, 20, 2, np.pi / 2) == pytest.approx(points((10, 22)))
    assert placed(points((1, 1)), 0, 0, (2, 3)) == pytest.approx(points((2, 3)))


def test_mirrored_and_ribbon():
    assert mirrored(points((1, 0), (2, 5))) == pytest.approx(points((1, 0), (2, 5), (-2, 5), (-1, 0)))
    band = ribbon(points((0, 0), (10, 0)), (4, 4))
    assert sorted(map(tuple, band)) == [(0, -2), (0, 2), (10, -2), (10, 2)]


def test_mixed_takes_colours_and_fields():
    assert mixed(BLACK, WHITE, 0.25).tolist() == [0.25] * 3
    field = mixed(BLACK, WHITE, np.array([[0, 0.5, 1]], np.float32))
    assert field.shape == (3, 1, 3) and field[1].tolist() == [[0, 0.5, 1]]


def test_ramp_runs_through_its_stops_and_clips():
    tones = ramp((BLACK, rgb("#ff0000"), WHITE), np.array([[-1, 0, 0.5, 1, 2]]))
    assert tones[0, 0] == pytest.approx([0, 0, 1, 1, 1], abs=0.01)
    assert tones[1, 0] == pytest.approx([0, 0, 0, 1, 1], abs=0.01)


def test_shades_are_ordered_by_lightness():
    dark, plain, light = shades(rgb("#c81e2b"))
    assert dark.mean() < plain.mean() < light.mean()


def test_relief_is_bright_where_it_faces_the_upper_left():
    x = np.arange(20, dtype=np.float32)[None, :] * np.ones((20, 1), np.float32)
    assert relief(np.zeros((5, 5)), 1).tolist() == [[0] * 5] * 5
    assert (relief(x, 1) > 0).all() and (relief(-x, 1) < 0).all()


def test_noise_is_smooth_and_repeatable():
    first, second = (noise(np.random.default_rng(3), (100, 80), (4, 5)) for _ in range(2))
    assert first.shape == (100, 80) and (first == second).all()
    assert np.abs(np.diff(first, axis=1)).max() < 0.5


@pytest.mark.parametrize(
    ("pattern", "share"), [("striped", 0.42), ("checked", 0.5), ("dotted", np.pi * 0.27**2)]
)
def test_patterns_cover_their_share(pattern, share):
    v, u = np.mgrid[0:600, 0:600].astype(np.float32)
    cloth = woven(pattern, BLACK, WHITE, u, v, rng=np.random.default_rng(0), size=30.0)
    assert cloth.mean() == pytest.approx(share, abs=0.03)


def test_plain_cloth_is_its_ground():
    cloth = woven(
        "plain", WHITE, BLACK, np.zeros((2, 2)), np.zeros((2, 2)), rng=np.random.default_rng(0), size=30.0
    )
    assert cloth.ravel().tolist() == [1, 1, 1]


def test_a_die_is_raised_where_it_was_engraved():
    box = Mask(100, 100, np.ones((200, 200), np.float32))
    die = Die(box, Frame(200, 200, 90))
    die.fill(points((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)), 1.0)
    height = die.height()
    assert height.shape == (200, 200)
    assert height[100, 100] > height[100, 60] > 3 and height[10, 10] == 0


def test_a_mirrored_frame_engraves_on_the_other_side():
    box = Mask(0, 0, np.ones((100, 100), np.float32))
    die = Die(box, Frame(50, 50, 40))
    die.frame = die.frame.inner(0.5, drop=0.5, mirror=-1)
    die.dot(0.6, 0, 0.3, 1.0)
    y, x = np.unravel_index(int(die.height().argmax()), (100, 100))
    assert abs(x - (50 - 12)) <= 2 and abs(y - 70) <= 2


def test_letters_stand_upright_above_and_below_the_centre():
    def rows(middle):
        die = Die(Mask(0, 0, np.ones((200, 200), np.float32)), Frame(100, 100, 90))
        die.letters("T", 0.7, 0.2, 1.0, middle=middle)
        height = die.height()
        y = np.flatnonzero(height.max(axis=1) > 1)
        return float((height[y[0] : y[0] + 3] > 1).sum()), float((height[y[-1] - 2 : y[-1] + 1] > 1).sum())

    for middle in (-90, 90):
        bar, foot = rows(middle)
        assert bar > 1.5 * foot
