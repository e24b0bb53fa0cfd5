"""Garments: their facts and their words."""

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.words import (
    PATTERN_WORDS,
    Words,
    a,
    joined,
    listed,
    pick,
    sentence,
    some,
    spoken_colour,
)

GARMENT_WORDS = {
    "dress": ("dress", "frock", "day dress"),
    "shirt": ("shirt", "button-up shirt", "long-sleeved shirt"),
    "t-shirt": ("t-shirt", "tee", "crew-neck t-shirt"),
    "sweater": ("sweater", "jumper", "pullover"),
    "skirt": ("skirt", "flared skirt", "A-line skirt"),
    "trousers": ("trousers", "slim trousers", "ankle-length trousers"),
    "coat": ("coat", "belted coat", "double-breasted coat"),
    "scarf": ("scarf", "fringed scarf", "long scarf"),
    "hat": ("hat", "brimmed hat", "felt hat"),
}
SEASONS = {
    "dress": ("spring", "summer"),
    "shirt": ("autumn", "spring", "summer"),
    "t-shirt": ("summer",),
    "sweater": ("autumn", "winter"),
    "skirt": ("spring", "summer"),
    "trousers": ("autumn", "spring", "winter"),
    "coat": ("autumn", "winter"),
    "scarf": ("winter",),
    "hat": ("autumn", "summer"),
}
PRICES = {
    "dress": (39, 140),
    "shirt": (25, 79),
    "t-shirt": (12, 35),
    "sweater": (35, 110),
    "skirt": (24, 80),
    "trousers": (35, 99),
    "coat": (89, 260),
    "scarf": (15, 49),
    "hat": (19, 65),
}
ACCENTS = {
    "red": ("white", "beige"),
    "orange": ("white", "brown"),
    "yellow": ("white", "blue", "grey"),
    "green": ("white", "beige", "yellow"),
    "teal": ("white", "yellow"),
    "blue": ("white", "yellow", "pink"),
    "purple": ("white", "pink"),
    "pink": ("white", "red", "purple"),
    "brown": ("beige", "white"),
    "black": ("white", "red", "grey"),
    "white": ("blue", "red", "black", "green"),
    "grey": ("white", "black", "yellow"),
    "beige": ("brown", "blue", "red"),
}
"""The second colours that go with a main colour and stand out from it."""

FABRICS = (
    "soft cotton",
    "a light linen blend",
    "brushed cotton",
    "smooth viscose",
    "organic cotton",
    "fine twill",
)
DETAILS = (
    "cut for an easy fit",
    "true to size",
    "with neat topstitching",
    "washes well at 30 degrees",
    "made in small batches",
    "a quiet favourite of the season",
)


@dataclass(frozen=True, slots=True)
class Garment:
    """The facts of a garment; every field is an attribute of the item.

    Attributes:
        garment: its type.
        colour: the main colour, a plain colour name.
        colours: all colours, sorted.
        pattern: plain, striped, dotted, checked or floral.
        seasons: when it is worn, sorted.
        price: in euros.
        stock: pieces in stock.
        in_stock: whether there are any.
    """

    garment: str
    colour: str
    colours: tuple[str, ...]
    pattern: str
    seasons: tuple[str, ...]
    price: float
    stock: int
    in_stock: bool

    @property
    def accent(self) -> str:
        """Return the second colour, or the main colour where there is but one."""
        return next((c for c in self.colours if c != self.colour), self.colour)


def invent_garment(rng: np.random.Generator) -> Garment:
    """Draw the facts of a garment."""
    kind, colour = pick(rng, tuple(GARMENT_WORDS)), pick(rng, tuple(ACCENTS))
    pattern = pick(rng, ("plain", "plain", "striped", "dotted", "checked", "floral"))
    colours = (colour,) if pattern == "plain" else tuple(sorted((colour, pick(rng, ACCENTS[colour]))))
    low, high = PRICES[kind]
    price = round(float(rng.integers(low, high)) + pick(rng, (0.0, 0.5, 0.9, 0.95)), 2)
    stock = int(rng.integers(1, 60)) if rng.random() > 0.12 else 0
    return Garment(kind, colour, colours, pattern, SEASONS[kind], price, stock, stock > 0)


def describe_garment(garment: Garment, rng: np.random.Generator) -> Words:
    """Write the words for a garment."""
    colour = spoken_colour(rng, garment.colour)
    pattern = (
        "" if garment.pattern == "plain" and rng.random() < 0.6 else pick(rng, PATTERN_WORDS[garment.pattern])
    )
    names = GARMENT_WORDS[garment.garment]
    name = names[0] if rng.random() < 0.6 else pick(rng, names)
    full = joined(colour, pattern, name)
    one = f"{pick(rng, ('a pair of', 'some'))} {full}" if garment.garment == "trousers" else a(full)
    title = pick(
        rng,
        (
            sentence(full)[:-1],
            sentence(joined(pattern, name, f"in {colour}" if colour else ""))[:-1],
            sentence(full)[:-1],
        ),
    )
    seasons = listed(garment.seasons)
    opening = pick(
        rng,
        (
            f"{one} in {pick(rng, FABRICS)}",
            f"{one} for {seasons}",
            f"{joined(pattern, name)} in {colour or pick(rng, FABRICS)}, {pick(rng, DETAILS)}",
            f"{one}, {pick(rng, DETAILS)}",
        ),
    )
    more = [f"{pick(rng, ('made for', 'good for', 'wear it in'))} {seasons}", pick(rng, DETAILS)]
    if garment.pattern != "plain" and colour:
        more.append(
            f"the pattern is {garment.accent} on {garment.colour}"
            if garment.pattern != "striped"
            else f"{garment.accent} stripes on {garment.colour}"
        )
    chosen = [m for m in some(rng, more, int(rng.integers(0, 3))) if m not in opening]
    return Words(title, " ".join(sentence(s) for s in (opening, *chosen)))
