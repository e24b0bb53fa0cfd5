"""Spellings of one value: "Kids' Clothing" and "Kid's Clothing" are one thing written twice."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pinakes.types import AttributeType

MOST_VALUES = 20_000
"""Attributes with more distinct values are names or sentences, not a vocabulary."""


@dataclass(frozen=True, slots=True)
class Variants:
    """Spellings that differ only in case, accents, spaces or punctuation.

    Attributes:
        spellings: (value, number of items), most frequent first.
    """

    attribute: str
    spellings: tuple[tuple[str, int], ...]


def find_variants(items: pl.DataFrame, schema: Mapping[str, AttributeType]) -> tuple[Variants, ...]:
    """Find values of string and set attributes that look like one value spelled in several ways."""
    found = []
    for name, kind in schema.items():
        if kind not in (AttributeType.STRING, AttributeType.SET) or name not in items.columns:
            continue
        column = items[name].drop_nulls()
        values = column.explode().drop_nulls() if kind is AttributeType.SET else column
        counts = Counter(values.to_list())
        if len(counts) > MOST_VALUES:
            continue
        groups: dict[str, list[str]] = defaultdict(list)
        for value in counts:
            groups[skeleton(value)].append(value)
        for spellings in groups.values():
            if len(spellings) > 1:
                ranked = sorted(spellings, key=lambda value: (-counts[value], value))
                found.append(Variants(name, tuple((value, counts[value]) for value in ranked)))
    return tuple(found)


def skeleton(value: str) -> str:
    """Return what is left of a value without case, accents, spaces and punctuation.

    A value of punctuation alone is its own skeleton.
    """
    folded = unicodedata.normalize("NFKD", value).casefold()
    return "".join(character for character in folded if character.isalnum()) or value
