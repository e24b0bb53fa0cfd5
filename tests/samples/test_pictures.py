import numpy as np
import pytest

from pinakes.samples.families.cocktails import GARNISH_WORDS, GLASS_WORDS, Cocktail
from pinakes.samples.families.coins import EMBLEM_WORDS, PERIODS, PORTRAIT_WORDS, Coin
from pinakes.samples.families.flowers import LEAF_WORDS, SPECIES, Flower
from pinakes.samples.families.garments import ACCENTS, GARMENT_WORDS, Garment
from pinakes.samples.families.products import MATERIALS, PRODUCT_WORDS, Product
from pinakes.samples.painting.canvas import SIDE
from pinakes.samples.painting.colours import PIGMENTS
from pinakes.samples.pictures.cocktails import SHAPES, paint_cocktail
from pinakes.samples.pictures.coins import METALS, paint_coin
from pinakes.samples.pictures.emblems import EMBLEMS
from pinakes.samples.pictures.flowers import FORMS, paint_flower
from pinakes.samples.pictures.foliage import LEAVES
from pinakes.samples.pictures.garments import PAINTERS as GARMENTS
from pinakes.samples.pictures.garments import paint_garment
from pinakes.samples.pictures.garnishes import BEFORE, BEHIND
from pinakes.samples.pictures.portraits import PORTRAITS
from pinakes.samples.pictures.products import PAINTERS as PRODUCTS
from pinakes.samples.pictures.products import paint_product


def centre(canvas, half=40, dy=0):
    middle = slice(SIDE // 2 - half + dy, SIDE // 2 + half + dy)
    return canvas.pixels[:, middle, SIDE // 2 - half : SIDE // 2 + half].mean(axis=(1, 2))


def garment(kind, colour, accent="white", pattern="plain", seed=0):
    colours = (colour,) if pattern == "plain" else tuple(sorted((colour, accent)))
    facts = Garment(kind, colour, colours, pattern, (), 1.0, 1, True)
    return paint_garment(facts, "front", np.random.default_rng(seed))


@pytest.mark.parametrize("kind", ["dress", "shirt", "t-shirt", "sweater", "skirt", "coat"])
def test_a_red_garment_is_red_in_the_middle(kind):
    red, green, blue = centre(garment(kind, "red", seed=3), dy=50)
    assert red > 0.45 and green < 0.30 and blue < 0.35


@pytest.mark.parametrize(("colour", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_the_colour_of_a_garment_leads_in_its_channel(colour, channel):
    for seed in range(3):
        assert int(np.argmax(centre(garment("t-shirt", colour, seed=seed)))) == channel


def test_white_is_light_and_black_is_dark():
    assert centre(garment("t-shirt", "white")).min() > 0.75
    assert centre(garment("t-shirt", "black")).max() < 0.30


@pytest.mark.parametrize("pattern", ["striped", "dotted", "checked", "floral"])
def test_a_pattern_mixes_two_colours_and_plain_cloth_does_not(pattern):
    def spread(canvas):
        return float(canvas.pixels[:, 216:336, 196:316].std(axis=(1, 2)).max())

    assert spread(garment("t-shirt", "blue", "white", pattern)) > 4 * spread(garment("t-shirt", "blue"))


def test_the_liquid_of_a_cocktail_has_its_colour():
    facts = Cocktail("blue", ("blue",), "highball", (), "none")
    red, green, blue = centre(paint_cocktail(facts, "front", np.random.default_rng(1)), half=30)
    assert blue > red + 0.2 and blue > green


@pytest.mark.parametrize("metal", ["gold", "copper", "silver"])
def test_metals_are_told_apart(metal):
    facts = Coin("modern", "crown", metal, "crowned head", ("sun",), "REGNUM AURELIA", 1900)
    red, green, blue = centre(paint_coin(facts, "obverse", np.random.default_rng(2)), half=90)
    if metal == "silver":
        assert max(red, green, blue) - min(red, green, blue) < 0.06
    elif metal == "gold":
        assert red - blue > 0.3 and red - green < 0.3
    else:
        assert red - green > 0.2


def test_the_two_sides_of_a_coin_differ_in_what_they_show_and_share_their_metal():
    facts = Coin("Roman", "aureus", "gold", "laureate head", ("temple",), "IMP CAELIVS PIVS AVG", 100)
    front, back = (paint_coin(facts, role, np.random.default_rng(7)) for role in ("obverse", "reverse"))
    assert np.abs(front.pixels - back.pixels).mean() > 0.02
    assert np.abs(centre(front, 100) - centre(back, 100)).max() < 0.12


def test_more_petals_cover_more_directions():
    """Around the head, the number of petals is the number of rises and falls in colour."""

    def bumps(petals):
        facts = Flower("daisy", "white", ("white",), petals, "slender", "oval", ())
        rng = np.random.default_rng(1)
        pixels = paint_flower(facts, "front", rng).pixels
        best = 0
        angles = np.linspace(0, 2 * np.pi, 1440, endpoint=False)
        rng = np.random.default_rng(1)
        for cx in range(240, 273, 2):
            for cy in range(200, 229, 2):
                x = (cx + 118 * np.cos(angles)).astype(int)
                y = (cy + 112 * np.sin(angles)).astype(int)
                light = pixels[:, y, x].min(axis=0) > 0.8
                best = max(best, int(np.count_nonzero(light & ~np.roll(light, 1))))
        return best

    assert abs(bumps(8) - 8) <= 2
    assert bumps(16) > bumps(8) + 4


def test_whatever_a_fact_can_say_a_painter_can_paint():
    assert set(SHAPES) == set(GLASS_WORDS)
    assert set(BEHIND) | set(BEFORE) == set(GARNISH_WORDS)
    assert {s.form for s in SPECIES.values()} == set(FORMS)
    assert {s.leaf for s in SPECIES.values()} == set(LEAF_WORDS) == set(LEAVES) | {"feathery"}
    assert set(GARMENTS) == set(GARMENT_WORDS)
    assert set(EMBLEMS) == set(EMBLEM_WORDS) == {e for p in PERIODS.values() for e in p.emblems}
    assert set(PORTRAITS) == set(PORTRAIT_WORDS) == {h for p in PERIODS.values() for h in p.portraits}
    assert {m for p in PERIODS.values() for made in p.denominations.values() for m in made} == set(METALS)
    assert set(PRODUCTS) == set(PRODUCT_WORDS) == set(MATERIALS)
    assert set(ACCENTS) == set(PIGMENTS)


@pytest.mark.parametrize("kind", PRODUCTS)
def test_products_stand_out_from_their_backdrop(kind):
    facts = Product(kind, "teal", ("teal",), MATERIALS[kind][0], "Tarn", 1.0, 1, True)
    pixels = paint_product(facts, "front", np.random.default_rng(5)).pixels
    assert np.isfinite(pixels).all()
    teal = (pixels[1] > pixels[0] + 0.15) & (pixels[2] > pixels[0] + 0.15)
    assert 0.03 < teal.mean() < 0.6


@pytest.mark.parametrize("glass", SHAPES)
def test_every_glass_takes_every_garnish(glass):
    garnish = tuple(sorted(GARNISH_WORDS))
    canvas = paint_cocktail(
        Cocktail("red", ("red",), glass, garnish, "none"), "front", np.random.default_rng(3)
    )
    assert canvas.pixels.shape == (3, SIDE, SIDE) and np.isfinite(canvas.pixels).all()
