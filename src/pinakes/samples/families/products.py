"""Products: their facts and their words. Brands are invented."""

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.words import Words, a, joined, pick, sentence, some, spoken_colour

PRODUCT_WORDS = {
    "mug": ("mug", "coffee mug", "cup"),
    "lamp": ("lamp", "table lamp", "bedside lamp"),
    "chair": ("chair", "dining chair", "side chair"),
    "backpack": ("backpack", "rucksack", "daypack"),
    "headphones": ("headphones", "over-ear headphones", "wireless headphones"),
    "clock": ("clock", "wall clock", "kitchen clock"),
    "vase": ("vase", "flower vase", "decorative vase"),
    "teapot": ("teapot", "tea pot with lid"),
    "bottle": ("bottle", "water bottle", "drinking bottle"),
}
MATERIALS = {
    "mug": ("ceramic", "porcelain", "stoneware"),
    "lamp": ("fabric", "linen"),
    "chair": ("wood", "fabric", "velvet"),
    "backpack": ("canvas", "nylon"),
    "headphones": ("plastic", "aluminium"),
    "clock": ("wood", "plastic", "metal"),
    "vase": ("ceramic", "porcelain", "stoneware"),
    "teapot": ("ceramic", "porcelain", "stoneware"),
    "bottle": ("steel", "aluminium"),
}
PRICES = {
    "mug": (8, 28),
    "lamp": (29, 120),
    "chair": (59, 240),
    "backpack": (39, 130),
    "headphones": (35, 260),
    "clock": (19, 75),
    "vase": (14, 70),
    "teapot": (22, 68),
    "bottle": (14, 39),
}
COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
    "beige",
)
BRANDS = (
    "Nordholm",
    "Veltra",
    "Casa Luma",
    "Brightwell",
    "Okapi & Co",
    "Tarn",
    "Fjellhus",
    "Marlowe",
    "Piko",
    "Atelier Onda",
)
USES = {
    "mug": "for coffee and tea",
    "lamp": "for a warm, soft light",
    "chair": "for the dining table or the desk",
    "backpack": "for school, work and short trips",
    "headphones": "for music and calls",
    "clock": "with a quiet movement",
    "vase": "for fresh or dried flowers",
    "teapot": "for four cups",
    "bottle": "keeps drinks cold for a day",
}
EXTRAS = (
    "comes in a gift box",
    "two years of guarantee",
    "ships in recycled cardboard",
    "designed to last",
    "part of a matching series",
    "easy to clean",
)


@dataclass(frozen=True, slots=True)
class Product:
    """The facts of a product; every field is an attribute of the item.

    Attributes:
        product: its type.
        colour: the main colour, a plain colour name.
        colours: the same as a set.
        material: what it is mostly made of.
        brand: who sells it.
        price: in euros.
        stock: pieces in stock.
        in_stock: whether there are any.
    """

    product: str
    colour: str
    colours: tuple[str, ...]
    material: str
    brand: str
    price: float
    stock: int
    in_stock: bool


def invent_product(rng: np.random.Generator) -> Product:
    """Draw the facts of a product."""
    kind, colour = pick(rng, tuple(PRODUCT_WORDS)), pick(rng, COLOURS)
    low, high = PRICES[kind]
    price = round(float(rng.integers(low, high)) + pick(rng, (0.0, 0.5, 0.9, 0.99)), 2)
    stock = int(rng.integers(1, 120)) if rng.random() > 0.12 else 0
    return Product(
        kind, colour, (colour,), pick(rng, MATERIALS[kind]), pick(rng, BRANDS), price, stock, stock > 0
    )


def describe_product(product: Product, rng: np.random.Generator) -> Words:
    """Write the words for a product."""
    colour = spoken_colour(rng, product.colour)
    names = PRODUCT_WORDS[product.product]
    name = names[0] if rng.random() < 0.55 else pick(rng, names)
    material = product.material if rng.random() < 0.7 else ""
    full = joined(colour, material, name)
    one = f"{pick(rng, ('a pair of', 'some'))} {full}" if product.product == "headphones" else a(full)
    title = pick(
        rng,
        (
            f"{product.brand} {joined(colour, name)}",
            sentence(full)[:-1],
            f"{product.brand} {joined(material, name)}" + (f", {colour}" if colour else ""),
            sentence(joined(colour, name, "by", product.brand))[:-1],
        ),
    )
    use = USES[product.product]
    opening = pick(
        rng,
        (
            f"{one} by {product.brand}, {use}",
            f"{one} {use}" if not use.startswith("keeps") else f"{one} that {use}",
            f"{product.brand} {joined(material, name)}" + (f" in {colour}" if colour else "") + f", {use}",
            f"from {product.brand}: {one}",
        ),
    )
    more = [
        pick(rng, EXTRAS),
        f"made of {product.material}",
        f"{pick(rng, ('a gift', 'a small luxury', 'a sound choice'))} from {product.brand}",
    ]
    chosen = some(rng, more, int(rng.integers(0, 3)))
    return Words(title, " ".join(sentence(s) for s in (opening, *chosen)))
