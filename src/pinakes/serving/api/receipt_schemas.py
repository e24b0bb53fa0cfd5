"""What goes over the wire of answers that were kept."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from pinakes.types import Collapse, ItemScore


class KeptHitOut(BaseModel):
    """One hit of a kept answer."""

    rank: int
    id: str
    score: float


class KeptQueryOut(BaseModel):
    """A query as it was resolved: what was searched for, and how."""

    text: str | None
    vectors: dict[str, list[float]] = Field(description="unit vectors by space")
    roles: dict[str, dict[str, list[float]]] = Field(description="unit vectors by space and role")
    by_words: list[str] = Field(description="spaces whose vector comes from words alone")
    fallback: dict[str, list[float]] = Field(description="vectors of words that no item held, by space")
    exclude: list[str] = Field(description="ids that were left out, such as that of `like`")
    where: str | dict[str, Any] | None
    as_of: date
    weights: dict[str, float]
    score: ItemScore | None
    top: int
    candidates: int
    collapse: Collapse
    sort: str | None
    offset: int
    facets: list[str]
    prefix: bool


class ReplayOut(BaseModel):
    """What the same release answers now."""

    same: bool = Field(description="the same items, in the same order, with the same scores")
    hits: list[KeptHitOut]
    missing: list[str] = Field(description="ids of hits that are none any more, such as blocked items")
    added: list[str]


class KeptOut(BaseModel):
    """What was kept of an answer."""

    receipt: str
    kept: str = Field(description="when, in UTC")
    release: str
    query: KeptQueryOut
    hits: list[KeptHitOut]
    replay: ReplayOut | None = Field(description="null where it was not asked for")
