"""Cocktails: their facts and their words."""

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.words import Words, a, joined, listed, pick, sentence, some, spoken_colour

GLASS_WORDS = {
    "martini": ("martini glass", "V-shaped martini glass"),
    "coupe": ("coupe glass", "coupe", "wide, shallow coupe"),
    "highball": ("tall glass", "highball glass", "highball"),
    "rocks": ("rocks glass", "short tumbler", "old-fashioned glass"),
    "wine": ("wine glass", "large wine glass", "stemmed wine glass"),
    "flute": ("flute", "champagne flute", "slim flute"),
    "hurricane": ("hurricane glass", "curvy hurricane glass"),
    "margarita": ("margarita glass", "stepped margarita glass"),
}
GARNISH_WORDS = {
    "lime": ("a slice of lime", "a lime wheel", "lime"),
    "lemon": ("a slice of lemon", "a lemon wheel", "lemon"),
    "orange": ("an orange slice", "a wheel of orange"),
    "mint": ("a sprig of mint", "fresh mint", "mint leaves"),
    "cherry": ("a cherry", "a cocktail cherry"),
    "olive": ("olives on a pick", "two olives", "green olives"),
    "umbrella": ("a paper umbrella", "a cocktail umbrella"),
    "salt rim": ("a salt rim", "a salted rim"),
    "straw": ("a striped straw", "a paper straw"),
}
ICE_WORDS = {
    "cubes": ("on ice cubes", "over ice", "with ice cubes"),
    "crushed": ("over crushed ice", "on crushed ice"),
    "sphere": ("on a single ice sphere", "with one big ball of ice"),
    "none": ("served straight up", "without ice"),
}
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "teal")
ICED = {"highball", "rocks", "hurricane", "wine"}

FIRST_NAMES = (
    *("Velvet", "Harbour", "Midnight", "Garden", "Paper", "Copper", "Summer", "Lantern", "Silver", "Wild"),
    *("Northern", "Coral", "Quiet", "Electric", "Orchard", "Lucky", "Salted", "Winter", "Sleepy", "Hidden"),
)
SECOND_NAMES = (
    *("Mist", "Parade", "Sparrow", "Sling", "Fizz", "Tide", "Bloom", "Smash", "Promise", "Comet"),
    *("Cooler", "Sonata", "Postcard", "Kiss", "Compass", "Punch", "Daydream", "Cobbler", "Fox", "Terrace"),
)
TASTES = (
    "bright and citrusy",
    "bittersweet",
    "light and herbal",
    "smooth and fruity",
    "dry and aromatic",
    "tart and refreshing",
)
MOMENTS = (
    "before dinner",
    "on a warm evening",
    "at a garden party",
    "at the end of a long day",
    "with salty snacks",
    "for two",
)


@dataclass(frozen=True, slots=True)
class Cocktail:
    """The facts of a cocktail; every field is an attribute of the item.

    Attributes:
        colour: of the liquid, a plain colour name.
        colours: the same as a set.
        glass: name of the glass's form.
        garnish: what decorates it, sorted, perhaps nothing.
        ice: none, cubes, crushed or sphere.
    """

    colour: str
    colours: tuple[str, ...]
    glass: str
    garnish: tuple[str, ...]
    ice: str


def invent_cocktail(rng: np.random.Generator) -> Cocktail:
    """Draw the facts of a cocktail."""
    colour, glass = pick(rng, COLOURS), pick(rng, tuple(GLASS_WORDS))
    count = int(rng.choice([0, 1, 2], p=[0.10, 0.55, 0.35]))
    garnish = tuple(sorted(some(rng, tuple(GARNISH_WORDS), count)))
    ice = pick(rng, ("cubes", "cubes", "crushed", "sphere", "none")) if glass in ICED else "none"
    return Cocktail(colour, (colour,), glass, garnish, ice)


def describe_cocktail(cocktail: Cocktail, rng: np.random.Generator) -> Words:
    """Write the words for a cocktail."""
    colour = spoken_colour(rng, cocktail.colour)
    glass = pick(rng, GLASS_WORDS[cocktail.glass])
    garnish = listed([pick(rng, GARNISH_WORDS[g]) for g in cocktail.garnish])
    name = f"{pick(rng, FIRST_NAMES)} {pick(rng, SECOND_NAMES)}"
    drink = pick(rng, ("cocktail", "drink", "mixed drink", "cocktail"))
    with_garnish = f"with {garnish}" if garnish else "without garnish"
    title = pick(
        rng,
        (
            name,
            joined(f"{name},", a(joined(colour, drink))),
            sentence(joined(colour, drink, "in", a(glass)))[:-1],
            sentence(joined(colour, drink, with_garnish))[:-1],
        ),
    )
    opening = pick(
        rng,
        (
            f"{a(joined(colour, drink))} in {a(glass)}, {with_garnish}",
            f"{a(joined(colour, drink))} {with_garnish}, poured into {a(glass)}",
            f"the {name}: {joined(colour, drink)} in {a(glass)}",
            f"served in {a(glass)}, this {joined(colour, drink)} comes {with_garnish}",
        ),
    )
    more = [
        f"{pick(rng, TASTES)}, {pick(rng, ICE_WORDS[cocktail.ice])}",
        f"{pick(rng, ('best', 'lovely', 'just right'))} {pick(rng, MOMENTS)}",
        f"the house calls it {name}",
    ]
    chosen = some(rng, more, int(rng.integers(0, 3)))
    return Words(title, " ".join(sentence(s) for s in (opening, *chosen)))
