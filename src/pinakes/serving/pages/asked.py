"""What a visitor asked for, read from the address of the page and written back to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from pinakes.filters import parse_filter
from pinakes.filters.tree import to_tree
from pinakes.retrieval.encode import without_but
from pinakes.types import RIGHTS_FIELDS, AttributeType

PAGE = 24
"""Hits that are shown at first, and with every "more"."""

MOST = 240
"""Hits that one page shows at most: past that, better words help more than more pictures."""

PICKED, LOW, HIGH = "f.", "min.", "max."
"""What the names of filters begin with in an address, so that an attribute may be called ``q``."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is demanded of one field; values are the texts of the address.

    Attributes:
        values: the item has one of these.
        low: at least this.
        high: at most this.
    """

    name: str
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""

    def __bool__(self) -> bool:
        return bool(self.values or self.low or self.high)

    @property
    def label(self) -> str:
        """What the filter says, for people: ``colour: blue or red``, ``price: 10 to 50``."""
        if self.values:
            return f"{plain_name(self.name)}: {' or '.join(self.values)}"
        if self.low and self.high:
            return f"{plain_name(self.name)}: {self.low} to {self.high}"
        bound = f"from {self.low}" if self.low else f"up to {self.high}"
        return f"{plain_name(self.name)}: {bound}"

    def pairs(self) -> list[tuple[str, str]]:
        """Return the filter as parameters of an address."""
        bounds = [(LOW + self.name, self.low), (HIGH + self.name, self.high)]
        return [(PICKED + self.name, value) for value in self.values] + [b for b in bounds if b[1]]

    def trees(self, kind: AttributeType) -> list[dict[str, Any]]:
        """Return the filter in the JSON form of `pinakes.filters`, as parts that must all be true."""
        parts: list[dict[str, Any]] = []
        values = [_typed(value, kind) for value in self.values]
        if values and kind is AttributeType.BOOL:
            parts.append({"or": [{"field": self.name, "op": "=", "value": value} for value in values]})
        elif values:
            op = "has any" if kind is AttributeType.SET else "in"
            parts.append({"field": self.name, "op": op, "value": values})
        for op, bound in ((">=", self.low), ("<=", self.high)):
            if bound:
                parts.append({"field": self.name, "op": op, "value": _typed(bound, kind)})
        return parts


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as the address of the page holds it.

    Attributes:
        q: words.
        like: id of an item whose like is wanted.
        filters: by field, in the order of the address.
        where: a filter in the language of docs/filters.md.
        sort: field by which what was found is ordered, ``-`` before it for the highest first; "" by rank.
        n: how many hits are shown.
        typing: the last word may be unfinished; no part of the address that is shared.
    """

    q: str = ""
    like: str = ""
    filters: tuple[Filter, ...] = ()
    where: str = ""
    sort: str = ""
    n: int = PAGE
    typing: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.q or self.like or self.filtered or self.sort)

    @property
    def filtered(self) -> bool:
        """Whether anything is demanded of the items."""
        return bool(self.filters or self.where)

    @property
    def words(self) -> str:
        """The words without a leading "but", which people say of a picture: "this, but blue"."""
        return without_but(self.q.strip())

    def filter(self, name: str) -> Filter:
        """Return what is demanded of a field."""
        return next((f for f in self.filters if f.name == name), Filter(name))

    def without(self, name: str) -> Asked:
        """Return the search without the filter of a field; ``where`` names the written one."""
        if name == "where":
            return replace(self, where="", n=PAGE)
        return replace(self, filters=tuple(f for f in self.filters if f.name != name), n=PAGE)

    def without_filters(self) -> Asked:
        """Return the search without any filter, from the start."""
        return replace(self, filters=(), where="", n=PAGE)

    def with_value(self, name: str, value: str) -> Asked:
        """Return the search with one more value of a field, or without it where it was there."""
        chosen = self.filter(name).values
        values = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        changed = replace(self.filter(name), values=values)
        others = tuple(f for f in self.filters if f.name != name)
        return replace(self, filters=(*others, changed) if changed else others, n=PAGE)

    def more(self) -> Asked | None:
        """Return the search with more hits, or None at the end."""
        return replace(self, n=min(self.n + PAGE, MOST)) if self.n < MOST else None

    @property
    def url(self) -> str:
        """The address of this search, without the host."""
        pairs = [("q", self.q), ("like", self.like), ("where", self.where), ("sort", self.sort)]
        found = [pair for pair in pairs if pair[1]]
        found += [pair for f in self.filters for pair in f.pairs()]
        if self.n != PAGE:
            found.append(("n", str(self.n)))
        return f"/?{urlencode(found)}" if found else "/"

    def tree(self, schema: Mapping[str, AttributeType]) -> dict[str, Any] | None:
        """Return everything that is demanded as one filter, or None.

        Raises:
            FilterError: the written filter cannot be understood.
        """
        parts = [part for f in self.filters for part in f.trees(field_type(f.name, schema))]
        if self.where:
            parts.append(to_tree(parse_filter(self.where)))
        return {"and": parts} if parts else None


@dataclass(slots=True)
class _Reading:
    """Filters while an address is read."""

    filters: dict[str, Filter] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        value = value.strip()
        for prefix in (PICKED, LOW, HIGH):
            if not value or not name.startswith(prefix):
                continue
            of = name.removeprefix(prefix)
            present = self.filters.get(of, Filter(of))
            match prefix:
                case "f.":
                    values = tuple(dict.fromkeys((*present.values, value)))
                    self.filters[of] = replace(present, values=values)
                case "min.":
                    self.filters[of] = replace(present, low=value)
                case _:
                    self.filters[of] = replace(present, high=value)


def read_asked(pairs: Iterable[tuple[str, str]]) -> Asked:
    """Read a search from an address or a form; unknown parameters are passed over."""
    reading, single = _Reading(), {"q": "", "like": "", "where": "", "sort": "", "n": "", "typing": ""}
    for name, value in pairs:
        if name in single:
            single[name] = value.strip()
        else:
            reading.add(name, value)
    number = single["n"]
    n = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else PAGE
    return Asked(
        q=single["q"],
        like=single["like"],
        filters=tuple(reading.filters.values()),
        where=single["where"],
        sort=single["sort"],
        n=min(max(n, 1), MOST),
        typing=bool(single["typing"]),
    )


def field_type(name: str, schema: Mapping[str, AttributeType]) -> AttributeType:
    """Return the type of an attribute or of a right; an unknown field counts as text."""
    if name in RIGHTS_FIELDS:
        return AttributeType.DATE if name == "expires" else AttributeType.STRING
    return schema.get(name, AttributeType.STRING)


def plain_name(name: str) -> str:
    """Return the name of a field for people."""
    return name.replace("_", " ")


def _typed(value: str, kind: AttributeType) -> str | int | float | bool:
    """Return a text as the type of its field; what does not fit stays, for the filter to refuse."""
    if kind is AttributeType.BOOL and value in ("true", "false"):
        return value == "true"
    if kind in (AttributeType.INTEGER, AttributeType.FLOAT):
        try:
            return int(value) if value.lstrip("-").isdigit() else float(value)
        except ValueError:
            return value
    return value
