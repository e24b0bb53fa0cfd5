"""What keeps an item from being found, whatever its scores: takedowns, rights, the filter, phrases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from pinakes.filters import Node, compile_mask, conjuncts, fields_of, to_text
from pinakes.retrieval.mask import Policy
from pinakes.retrieval.opening import OpenRelease
from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.words import Asked
from pinakes.snapshots.blocks import BlockList, read_blocks

SHOWN = 60
"""Characters of a value that are quoted."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps an item from being found, or from the first page.

    Attributes:
        kind: ``blocked``, ``license``, ``expired``, ``filter``, ``like``, ``phrase``, ``words``, ``vectors``,
            ``candidates``, ``missed``, ``collapse`` or ``page``.
        detail: in plain words.
    """

    kind: str
    detail: str


def withheld(opened: OpenRelease, query: EncodedQuery, words: Asked | None, row: int) -> Iterator[Obstacle]:
    """Yield why a query may not find an item, what weighs most first.

    Args:
        opened: the release that answers.
        query: what is asked.
        words: of the query, or None.
        row: the item's.
    """
    searcher = opened.searcher
    record = searcher.corpus.items[row : row + 1]
    name = record["id"][0]
    if name in searcher.policy.blocked:
        yield Obstacle("blocked", _blocked(read_blocks(opened.paths), name))
    yield from _rights(searcher.policy, record, query.as_of)
    where = searcher.masks.read(query.where)
    for part in () if where is None else conjuncts(where):
        if not compile_mask(part, record)[0]:
            yield Obstacle("filter", f"it does not pass {to_text(part)}: {_values(part, record)}")
    if name in query.exclude:
        yield Obstacle("like", "the query asks for more like it, or less: such items are left out")
    if words is not None and words.phrases is not None and not words.phrases[row]:
        phrases = ", ".join(f'"{" ".join(phrase)}"' for phrase in words.query.phrases)
        yield Obstacle("phrase", f"it does not hold {phrases} word for word")


def _blocked(blocks: BlockList, name: str) -> str:
    reason = next((block.reason for block in blocks.blocks if block.id == name), "")
    because = f" ({reason})" if reason else ""
    return f"it is blocked{because}: no release shows it until `pinakes unblock`"


def _rights(policy: Policy, record: pl.DataFrame, as_of: date) -> Iterator[Obstacle]:
    license, expires = record["license"][0], record["expires"][0]
    if policy.licenses and license not in policy.licenses:
        has = f"its licence is {license}" if license else "its licence is not known"
        known = ", ".join(policy.licenses)
        yield Obstacle("license", f"{has}; pinakes.toml lets be shown: {known} ([policy] licenses)")
    if expires is not None and expires < as_of:
        yield Obstacle("expired", f"its rights ended on {expires}, and are judged as of {as_of}")


def _values(part: Node, record: pl.DataFrame) -> str:
    """Return what the item has in the fields of a part of a filter."""
    return ", ".join(f"its {field} is {quoted(record[field][0])}" for field in fields_of(part))


def quoted(value: object) -> str:
    """Return a value as people write it, cut to `SHOWN` characters."""
    if value is None:
        return "not known"
    if isinstance(value, pl.Series):
        return ", ".join(map(str, value.to_list())) or "empty"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
