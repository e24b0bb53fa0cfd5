"""Items that show the same pictures, as the pages tell of them."""

from dataclasses import dataclass

from pinakes.engine import Engine
from pinakes.serving.pages.card import Card, card_of
from pinakes.snapshots.duplicates import Kind

FAMILIES = 8
"""Families that the page of the collection shows."""

MEMBERS = 4
"""Items of a family that it shows."""

TWINS = 12
"""Items that the page of an item shows."""

NAMES = {
    Kind.IDENTICAL: "the same file",
    Kind.REENCODED: "the same photo, saved again",
    Kind.EDITED: "the same photo, edited",
    Kind.OTHER_PHOTO: "another photo of the same thing",
}
"""What a kind is called on pages."""


@dataclass(frozen=True, slots=True)
class ShownFamily:
    """A family of items: how they are related, some of them, and how many there are beside those."""

    relation: str
    cards: tuple[Card, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Twins:
    """The families of a collection.

    Attributes:
        total: how many families there are.
        families: some of them, the closest first.
        unseen: pictures among which near-duplicates were not looked for.
    """

    total: int
    families: tuple[ShownFamily, ...]
    unseen: int


def twins_of(engine: Engine) -> Twins:
    """Return the families of a collection, for its page."""
    found = engine.duplicates()
    families = []
    for family in found.families[:FAMILIES]:
        cards = [card for item in family.items[:MEMBERS] if (card := card_of(engine, item))]
        families.append(ShownFamily(NAMES[family.kind], tuple(cards), len(family.items) - len(cards)))
    return Twins(len(found.families), tuple(families), found.unseen)


def twins_of_item(engine: Engine, item: str) -> tuple[tuple[str, Card], ...]:
    """Return the items that show the same pictures as one, each with how it is related.

    Raises:
        UnknownNameError: there is no such item.
        WithheldError: it may not be shown.
    """
    related = engine.other_photos(item)[:TWINS]
    return tuple((NAMES[kind], card) for kind, other in related if (card := card_of(engine, other)))
