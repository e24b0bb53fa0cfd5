"""Judgements: queries about the gallery, and grades that follow from the attributes, never from a score.

A grade is 3 where an item has everything that is asked for, 2 where all but one thing, 1 where it is of the
type or family asked for, and 0 (not listed) otherwise. Where but one thing is asked for besides the type,
an item without it is of the right type only, hence 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.samples.questions import ASKERS, Question
from pinakes.samples.records import FAMILIES, item_id, make_record
from pinakes.types import Value

QUERIES = 100
"""How many queries a gallery has, fewer where it is too small to ask so many different things."""

_QUERY_STREAM = 2**32
"""Separates the random numbers of queries from those of items."""


@dataclass(frozen=True, slots=True)
class Query:
    """A numbered question."""

    id: str
    question: Question

    def row(self) -> dict[str, object]:
        """Return the line of ``queries.jsonl``."""
        anchor = self.question.anchor
        return {
            "id": self.id,
            "text": self.question.text,
            "anchor": {anchor.attribute: anchor.value},
            "facets": [{f.attribute: f.value} for f in self.question.facets],
            "note": "synthetic",
        }


def make_queries(seed: int, size: int, count: int = QUERIES) -> tuple[Query, ...]:
    """Return different queries, each of them about an item of the gallery, the families by turns."""
    asked: dict[object, Question] = {}
    texts: set[str] = set()
    turns = min(size, len(FAMILIES))
    for attempt in range(count * 10):
        rng = np.random.default_rng((seed, _QUERY_STREAM + attempt))
        family = attempt % turns
        number = family + turns * int(rng.integers((size - family - 1) // turns + 1))
        record = make_record(seed, number)
        question = ASKERS[record.family.name](record.facts, rng)
        key = (question.anchor, frozenset(question.facets))
        if key not in asked and question.text not in texts:
            asked[key] = question
            texts.add(question.text)
        if len(asked) == count:
            break
    return tuple(Query(f"q{i:03d}", question) for i, question in enumerate(asked.values(), 1))


def grade(question: Question, attributes: Mapping[str, Value]) -> int:
    """Return the grade of an item with these attributes, 0 to 3."""
    if not question.anchor.met(attributes[question.anchor.attribute]):
        return 0
    met = sum(facet.met(attributes[facet.attribute]) for facet in question.facets)
    if met == len(question.facets):
        return 3
    return 2 if met and met == len(question.facets) - 1 else 1


def judged(queries: Sequence[Query], attributes: Mapping[str, Value]) -> NDArray[np.uint8]:
    """Return the grades of one item for every query, shape (queries,)."""
    return np.fromiter((grade(q.question, attributes) for q in queries), np.uint8, len(queries))


def qrels_lines(query: Query, grades: NDArray[np.uint8]) -> list[str]:
    """Return the lines of one query in the format of TREC: query, 0, item, grade.

    Args:
        query: the query.
        grades: of every item by number, shape (size,).
    """
    return [f"{query.id} 0 {item_id(int(n))} {grades[n]}" for n in np.flatnonzero(grades)]
