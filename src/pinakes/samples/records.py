"""Records: what the gallery says about each of its items, a pure function of seed and number."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.random import Generator

from pinakes.samples.families.cocktails import describe_cocktail, invent_cocktail
from pinakes.samples.families.coins import describe_coin, invent_coin
from pinakes.samples.families.flowers import describe_flower, invent_flower
from pinakes.samples.families.garments import describe_garment, invent_garment
from pinakes.samples.families.products import describe_product, invent_product
from pinakes.samples.families.words import Words, pick
from pinakes.samples.painting.canvas import Canvas
from pinakes.samples.pictures.cocktails import paint_cocktail
from pinakes.samples.pictures.coins import paint_coin
from pinakes.samples.pictures.flowers import paint_flower
from pinakes.samples.pictures.garments import paint_garment
from pinakes.samples.pictures.products import paint_product
from pinakes.samples.schema import ROLES, SCHEMA
from pinakes.types import Rights, Value


@dataclass(frozen=True, slots=True)
class Family:
    """One family of things.

    Attributes:
        name: singular, the start of its ids.
        invent: draws the facts of an item: a dataclass whose fields are attributes.
        describe: writes the words about facts.
        paint: paints facts in a role.
        roles: the roles of its views.
    """

    name: str
    invent: Callable[[Generator], Any]
    describe: Callable[[Any, Generator], Words]
    paint: Callable[[Any, str, Generator], Canvas]
    roles: tuple[str, ...] = ("front",)


FAMILIES = (
    Family("cocktail", invent_cocktail, describe_cocktail, paint_cocktail),
    Family("flower", invent_flower, describe_flower, paint_flower),
    Family("garment", invent_garment, describe_garment, paint_garment),
    Family("coin", invent_coin, describe_coin, paint_coin, ("obverse", "reverse")),
    Family("product", invent_product, describe_product, paint_product),
)
"""Item number n belongs to family n modulo their number."""

LICENSES = {
    "cc0": ("CC0 1.0", 0.30),
    "cc-by": ("CC BY 4.0", 0.35),
    "cc-by-sa": ("CC BY-SA 4.0", 0.23),
    "all-rights-reserved": ("all rights reserved", 0.12),
}
"""Each licence with how a credit line names it, and its share."""

STUDIOS = (
    *("Studio Halden", "Atelier Brume", "Lumen & Loom", "North Window", "Casa Tinta", "Paperboat Pictures"),
    *("Quiet Light", "Kiln Street Studio", "Fern and Flint", "Maison Ocre"),
)
FIRST_DAY, DAYS = date(2023, 1, 2), 1000

FACTS, WORDS, RIGHTS, PICTURE = range(4)
"""Each item has one stream of random numbers for each of these."""


@dataclass(frozen=True, slots=True)
class Record:
    """One item of the gallery.

    Attributes:
        family: what it belongs to.
        facts: the family's own facts.
        attributes: every attribute of the schema, None where the family lacks it.
    """

    id: str
    family: Family
    facts: Any
    words: Words
    rights: Rights
    attributes: Mapping[str, Value]

    def picture(self, role: str) -> str:
        """Return the path of a view's picture, relative to the gallery."""
        return f"images/{self.id}_{role}.jpg"

    def row(self) -> dict[str, object]:
        """Return the line of ``items.jsonl``."""
        plain = {n: v.isoformat() if isinstance(v, date) else v for n, v in self.attributes.items()}
        rights = {n: getattr(self.rights, n) for n in ("license", "author", "source", "attribution")}
        views = {role: self.picture(role) if role in self.family.roles else None for role in ROLES}
        return {
            "id": self.id,
            "title": self.words.title,
            "description": self.words.description,
            **plain,
            **rights,
            **views,
            "note": "Synthetic: picture and text were generated, nothing of this exists.",
        }


def stream(seed: int, number: int, purpose: int) -> Generator:
    """Return the random numbers of one item for one purpose, independent of every other item's."""
    return np.random.default_rng((seed, number, purpose))


def item_id(number: int) -> str:
    """Return the id of an item: its family and its number within it, from 1."""
    return f"{FAMILIES[number % len(FAMILIES)].name}-{number // len(FAMILIES) + 1:04d}"


def make_record(seed: int, number: int) -> Record:
    """Return the record of an item, whatever the size of the gallery."""
    family, name = FAMILIES[number % len(FAMILIES)], item_id(number)
    facts = family.invent(stream(seed, number, FACTS))
    words = family.describe(facts, stream(seed, number, WORDS))
    rng = stream(seed, number, RIGHTS)
    attributes: dict[str, Value] = dict.fromkeys(SCHEMA)
    attributes |= {f.name: getattr(facts, f.name) for f in dataclasses.fields(facts)}
    added = FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))
    attributes |= {"family": family.name, "date_added": added, "synthetic": True}
    return Record(name, family, facts, words, _rights(name, rng), attributes)


def _rights(name: str, rng: Generator) -> Rights:
    license = str(rng.choice(list(LICENSES), p=[share for _, share in LICENSES.values()]))
    author = pick(rng, STUDIOS)
    return Rights(
        license=license,
        author=author,
        source=f"Pinakes sample gallery, {name}",
        attribution=f"{name} by {author} (synthetic), {LICENSES[license][0]}",
    )
