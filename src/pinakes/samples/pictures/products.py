"""Products: things of a shop, photographed as its catalogue would."""

from collections.abc import Callable

import numpy as np

from pinakes.samples.families.products import Product
from pinakes.samples.painting.canvas import Canvas
from pinakes.samples.painting.colours import pigment
from pinakes.samples.painting.light import backdrop
from pinakes.samples.pictures.carried import backpack, headphones
from pinakes.samples.pictures.furniture import chair, clock, lamp
from pinakes.samples.pictures.scene import Scene
from pinakes.samples.pictures.tableware import bottle, mug, teapot, vase


def paint_product(product: Product, role: str, rng: np.random.Generator) -> Canvas:
    """Paint the front view."""
    colour = pigment(rng, product.colour)
    on_wall = product.product == "clock"
    canvas, _ = backdrop(rng, colour, None if on_wall else rng.uniform(310, 340), dark=0.12)
    PAINTERS[product.product](Scene(canvas, colour, product.material, rng, 256 + rng.uniform(-10, 10)))
    return canvas


PAINTERS: dict[str, Callable[[Scene], None]] = {
    "mug": mug,
    "lamp": lamp,
    "chair": chair,
    "backpack": backpack,
    "headphones": headphones,
    "clock": clock,
    "vase": vase,
    "teapot": teapot,
    "bottle": bottle,
}
