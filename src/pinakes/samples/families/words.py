"""Words: synonyms that the descriptions and the queries of the gallery share, and small grammar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")

COLOUR_WORDS = {
    "red": ("red", "crimson", "scarlet", "ruby", "cherry red"),
    "orange": ("orange", "tangerine", "amber", "apricot"),
    "yellow": ("yellow", "golden yellow", "lemon yellow", "sunny yellow"),
    "green": ("green", "emerald", "leaf green", "fern green"),
    "teal": ("teal", "turquoise", "petrol", "sea green"),
    "blue": ("blue", "cobalt", "royal blue", "sapphire"),
    "purple": ("purple", "violet", "plum", "amethyst"),
    "pink": ("pink", "rose pink", "blush pink", "candy pink"),
    "brown": ("brown", "chocolate brown", "chestnut", "coffee brown"),
    "black": ("black", "jet black", "charcoal black"),
    "white": ("white", "ivory", "snow white", "milky white"),
    "grey": ("grey", "slate grey", "dove grey", "ash grey"),
    "beige": ("beige", "sand", "oatmeal", "camel"),
}
"""The plain word first, then its synonyms."""

PATTERN_WORDS = {
    "plain": ("plain", "solid", "unpatterned"),
    "striped": ("striped", "stripy", "pinstripe-style"),
    "dotted": ("dotted", "polka-dot", "spotted"),
    "checked": ("checked", "gingham", "plaid"),
    "floral": ("floral", "flowered", "flower-print"),
}

NUMBERS = (
    *(
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *(
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "twenty-one",
    ),
)

SILENT_SHARE = 0.15
"""Share of items whose words never name the colour, so that only the picture tells it."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written about an item."""

    title: str
    description: str


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Return one of the options, each equally likely."""
    return options[int(rng.integers(len(options)))]


def some(rng: np.random.Generator, options: Sequence[T], count: int) -> tuple[T, ...]:
    """Return ``count`` different options in random order."""
    return tuple(options[int(i)] for i in rng.permutation(len(options))[:count])


def spoken_colour(rng: np.random.Generator, colour: str) -> str:
    """Return a word for a colour, or nothing for the share of items that leave it to the picture."""
    silent = rng.random() < SILENT_SHARE
    words = COLOUR_WORDS[colour]
    word = words[0] if rng.random() < 0.5 else pick(rng, words)
    return "" if silent else word


def joined(*parts: str) -> str:
    """Join the parts that are not empty with spaces."""
    return " ".join(p for p in parts if p)


def a(phrase: str) -> str:
    """Put the indefinite article before a phrase."""
    return f"{'an' if phrase[0].lower() in 'aeiou' else 'a'} {phrase}"


def listed(parts: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentence(text: str) -> str:
    """Return the text with a capital at its start and a full stop at its end."""
    return f"{text[0].upper()}{text[1:]}."
