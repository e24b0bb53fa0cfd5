"""Questions: how people ask for what the gallery shows, one asker for each family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from pinakes.samples.families.cocktails import GARNISH_WORDS, GLASS_WORDS, ICE_WORDS, Cocktail
from pinakes.samples.families.coins import EMBLEM_WORDS, PORTRAIT_WORDS, Coin
from pinakes.samples.families.flowers import FORM_WORDS, LEAF_WORDS, Flower
from pinakes.samples.families.garments import GARMENT_WORDS, Garment
from pinakes.samples.families.products import PRODUCT_WORDS, Product
from pinakes.samples.families.words import COLOUR_WORDS, NUMBERS, PATTERN_WORDS, a, joined, pick, some
from pinakes.types import Value


@dataclass(frozen=True, slots=True, order=True)
class Facet:
    """One thing that a query asks for.

    Attributes:
        attribute: its name.
        value: what it must be, or what its set must hold; None: it must have some value.
    """

    attribute: str
    value: str | int | None

    def met(self, found: Value) -> bool:
        """Return whether an attribute's value is what is asked for."""
        if self.value is None:
            return found is not None
        return self.value in found if isinstance(found, tuple) else self.value == found


@dataclass(frozen=True, slots=True)
class Question:
    """A wish in words, and what it asks for.

    Attributes:
        text: the words.
        anchor: the type or family asked for; what does not meet it is not relevant at all.
        facets: what else is asked for, at least one.
    """

    text: str
    anchor: Facet
    facets: tuple[Facet, ...]


def _colour(rng: Generator, name: str) -> str:
    return name if rng.random() < 0.6 else pick(rng, COLOUR_WORDS[name])


def _count(rng: Generator, possible: int) -> int:
    """Return how many facets to ask for: mostly two."""
    return min(possible, int(rng.choice([1, 2, 3], p=[0.25, 0.5, 0.25])))


def ask_cocktail(cocktail: Cocktail, rng: Generator) -> Question:
    """Ask for a cocktail."""
    possible = [Facet("colour", cocktail.colour), Facet("glass", cocktail.glass)]
    possible += [Facet("garnish", g) for g in cocktail.garnish]
    if cocktail.ice != "none":
        possible.append(Facet("ice", cocktail.ice))
    facets = some(rng, possible, _count(rng, len(possible)))
    words = {"colour": "", "glass": "", "ice": ""}
    garnish = []
    for facet in facets:
        value = str(facet.value)
        if facet.attribute == "colour":
            words["colour"] = _colour(rng, value)
        elif facet.attribute == "glass":
            words["glass"] = f"in {a(pick(rng, GLASS_WORDS[value]))}"
        elif facet.attribute == "ice":
            words["ice"] = pick(rng, ICE_WORDS[value])
        else:
            garnish.append(pick(rng, GARNISH_WORDS[value]))
    with_garnish = f"with {' and '.join(garnish)}" if garnish else ""
    drink = pick(rng, ("cocktail", "drink", "cocktail"))
    text = joined(words["colour"], drink, with_garnish, words["glass"], words["ice"])
    return Question(text, Facet("family", "cocktail"), facets)


def ask_flower(flower: Flower, rng: Generator) -> Question:
    """Ask for a flower."""
    possible = [
        Facet("colour", flower.colour),
        Facet("petals", flower.petals),
        Facet("petal_form", flower.petal_form),
        Facet("leaf", flower.leaf),
        Facet("species", flower.species),
    ]
    facets = some(rng, possible, _count(rng, len(possible)))
    asked = {f.attribute for f in facets}
    colour = _colour(rng, flower.colour) if "colour" in asked else ""
    name = flower.species if "species" in asked else pick(rng, ("flower", "bloom", "flower"))
    count = NUMBERS[flower.petals] if "petals" in asked else ""
    form = pick(rng, FORM_WORDS[flower.petal_form]) if "petal_form" in asked else ""
    parts = [joined(count, form, "petals")] if count or form else []
    if "leaf" in asked:
        parts.append(pick(rng, LEAF_WORDS[flower.leaf]))
    text = joined(colour, name, f"with {' and '.join(parts)}" if parts else "")
    return Question(text, Facet("family", "flower"), facets)


def ask_garment(garment: Garment, rng: Generator) -> Question:
    """Ask for a garment."""
    season = pick(rng, garment.seasons)
    possible = [Facet("colour", garment.colour), Facet("pattern", garment.pattern), Facet("seasons", season)]
    facets = some(rng, possible, _count(rng, len(possible)))
    asked = {f.attribute for f in facets}
    colour = _colour(rng, garment.colour) if "colour" in asked else ""
    pattern = pick(rng, PATTERN_WORDS[garment.pattern]) if "pattern" in asked else ""
    names = GARMENT_WORDS[garment.garment]
    name = names[0] if rng.random() < 0.7 else pick(rng, names)
    when = f"for {season}" if "seasons" in asked else ""
    if colour and rng.random() < 0.35:
        text = joined(pattern, name, f"in {colour}", when)
    else:
        text = joined(colour, pattern, name, when)
    return Question(text, Facet("garment", garment.garment), facets)


def ask_coin(coin: Coin, rng: Generator) -> Question:
    """Ask for a coin."""
    possible = [
        Facet("metal", coin.metal),
        Facet("period", coin.period),
        Facet("denomination", coin.denomination),
    ]
    device = Facet("emblems", pick(rng, coin.emblems))
    if coin.portrait and rng.random() < 0.6:
        device = Facet("portrait", coin.portrait if rng.random() < 0.5 else None)
    facets = some(rng, [*possible, device, device], _count(rng, 3))
    facets = tuple(dict.fromkeys(facets))
    asked = {f.attribute: f.value for f in facets}
    metal = coin.metal if "metal" in asked else ""
    period = coin.period if "period" in asked else ""
    name = coin.denomination if "denomination" in asked else "coin"
    shown = ""
    if "emblems" in asked:
        shown = f"with {pick(rng, EMBLEM_WORDS[str(asked['emblems'])])}"
    elif "portrait" in asked:
        kind = asked["portrait"]
        shown = f"with {pick(rng, PORTRAIT_WORDS[str(kind)]) if kind else 'a portrait'}"
    return Question(joined(metal, period, name, shown), Facet("family", "coin"), facets)


def ask_product(product: Product, rng: Generator) -> Question:
    """Ask for a product."""
    possible = [
        Facet("colour", product.colour),
        Facet("material", product.material),
        Facet("brand", product.brand),
    ]
    facets = some(rng, possible, _count(rng, len(possible)))
    asked = {f.attribute for f in facets}
    colour = _colour(rng, product.colour) if "colour" in asked else ""
    material = product.material if "material" in asked else ""
    names = PRODUCT_WORDS[product.product]
    name = names[0] if rng.random() < 0.7 else pick(rng, names)
    if "brand" in asked and rng.random() < 0.5:
        text = joined(product.brand, colour, material, name)
    else:
        text = joined(colour, material, name, f"by {product.brand}" if "brand" in asked else "")
    return Question(text, Facet("product", product.product), facets)


ASKERS: dict[str, Callable[[Any, Generator], Question]] = {
    "cocktail": ask_cocktail,
    "flower": ask_flower,
    "garment": ask_garment,
    "coin": ask_coin,
    "product": ask_product,
}
