"""Flowers: their facts and their words. Species are likenesses, not botany."""

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.words import NUMBERS, Words, a, joined, pick, sentence, some, spoken_colour


@dataclass(frozen=True, slots=True)
class Species:
    """What the flowers of one kind have in common.

    Attributes:
        form: form of the petals.
        petals: how many there may be.
        colours: which colours occur.
        leaf: form of the leaves.
        seasons: when it flowers.
    """

    form: str
    petals: tuple[int, ...]
    colours: tuple[str, ...]
    leaf: str
    seasons: tuple[str, ...]


SPECIES = {
    "anemone": Species(
        "rounded", (5, 6, 8), ("red", "white", "purple", "blue", "pink"), "feathery", ("spring",)
    ),
    "poppy": Species("ruffled", (4, 5, 6), ("red", "orange", "pink", "white"), "lobed", ("spring", "summer")),
    "buttercup": Species("rounded", (5,), ("yellow", "white", "orange"), "lobed", ("spring", "summer")),
    "primrose": Species(
        "heart-shaped", (5, 6), ("yellow", "pink", "purple", "white", "red"), "oval", ("spring",)
    ),
    "lily": Species("pointed", (6,), ("white", "orange", "pink", "yellow", "red"), "narrow", ("summer",)),
    "clematis": Species(
        "pointed", (4, 6, 8), ("purple", "blue", "pink", "white"), "oval", ("summer", "autumn")
    ),
    "bellflower": Species("pointed", (5,), ("blue", "purple", "white"), "heart-shaped", ("summer",)),
    "daisy": Species("slender", (12, 13, 16, 21), ("white", "pink", "yellow"), "oval", ("spring", "summer")),
    "coneflower": Species(
        "slender", (10, 12, 13), ("orange", "red", "pink", "purple", "yellow"), "narrow", ("summer", "autumn")
    ),
    "cosmos": Species(
        "heart-shaped", (8,), ("pink", "white", "red", "purple", "orange"), "feathery", ("summer", "autumn")
    ),
    "hibiscus": Species("ruffled", (5,), ("red", "pink", "orange", "yellow", "white"), "lobed", ("summer",)),
    "violet": Species("rounded", (5,), ("purple", "blue", "white", "yellow"), "heart-shaped", ("spring",)),
    "trillium": Species("ruffled", (3,), ("white", "pink", "purple", "yellow"), "oval", ("spring",)),
}
FORM_WORDS = {
    "rounded": ("rounded", "softly rounded", "round"),
    "pointed": ("pointed", "star-like, pointed", "tapering"),
    "slender": ("slender", "narrow", "ray-like"),
    "heart-shaped": ("heart-shaped", "notched"),
    "ruffled": ("ruffled", "wavy", "crinkled"),
}
LEAF_WORDS = {
    "feathery": ("feathery leaves", "fine, fern-like foliage"),
    "lobed": ("lobed leaves", "deeply cut leaves"),
    "oval": ("oval leaves", "smooth oval leaves"),
    "narrow": ("narrow leaves", "long, narrow leaves"),
    "heart-shaped": ("heart-shaped leaves", "broad, heart-shaped leaves"),
}
HABITS = (
    *(
        "at home at the edge of a meadow",
        "easy to grow in a sunny border",
        "a favourite for pots and balconies",
    ),
    *("pretty along a garden path", "happy in light shade", "long-lasting as a cut flower"),
)


@dataclass(frozen=True, slots=True)
class Flower:
    """The facts of a flower; every field is an attribute of the item.

    Attributes:
        species: what it looks like.
        colour: of the petals, a plain colour name.
        colours: the same as a set.
        petals: how many.
        petal_form: their form.
        leaf: form of the leaves.
        seasons: when it flowers, sorted.
    """

    species: str
    colour: str
    colours: tuple[str, ...]
    petals: int
    petal_form: str
    leaf: str
    seasons: tuple[str, ...]


def invent_flower(rng: np.random.Generator) -> Flower:
    """Draw the facts of a flower."""
    name = pick(rng, tuple(SPECIES))
    kind = SPECIES[name]
    colour = pick(rng, kind.colours)
    return Flower(
        name, colour, (colour,), pick(rng, kind.petals), kind.form, kind.leaf, tuple(sorted(kind.seasons))
    )


def describe_flower(flower: Flower, rng: np.random.Generator) -> Words:
    """Write the words for a flower."""
    colour = spoken_colour(rng, flower.colour)
    count, form = NUMBERS[flower.petals], pick(rng, FORM_WORDS[flower.petal_form])
    bloom = pick(rng, ("flower", "bloom", "blossom"))
    title = pick(
        rng,
        (
            sentence(joined(colour, flower.species))[:-1],
            sentence(joined(colour, flower.species, "with", count, "petals"))[:-1],
            sentence(joined(flower.species, bloom, f"in {colour}" if colour else ""))[:-1],
            sentence(joined("single", colour, flower.species))[:-1],
        ),
    )
    petals = pick(rng, (f"{count} {form} petals", f"{count} {form} petals", f"{count} petals"))
    opening = pick(
        rng,
        (
            f"{a(joined(colour, bloom))} with {petals}",
            f"{a(joined(colour, flower.species))} that opens {petals}",
            f"this {flower.species} has {petals}" + (f" in {colour}" if colour else ""),
            f"{petals} make up this {joined(colour, bloom)}",
        ),
    )
    more = [
        f"{pick(rng, LEAF_WORDS[flower.leaf])} below",
        f"flowers in {' and '.join(flower.seasons)}",
        pick(rng, HABITS),
    ]
    chosen = some(rng, more, int(rng.integers(1, 3)))
    return Words(title, " ".join(sentence(s) for s in (opening, *chosen)))
