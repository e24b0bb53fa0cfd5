"""What goes over the wire: the bodies of requests and answers."""

import base64
import binascii
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from pinakes.errors import QueryError
from pinakes.retrieval.query import MAX_TEXT
from pinakes.types import AttributeType, Collapse, ItemScore

MAX_PAGE = 200
MAX_CANDIDATES = 2_000
MAX_BATCH = 64
MAX_OFFSET = 2**31 - 1
MAX_FILTER = 10_000
MAX_DIM = 4_096

Text = Annotated[str, Field(max_length=MAX_TEXT)]
FilterText = Annotated[str, Field(max_length=MAX_FILTER)]
Base64 = Annotated[
    str, Field(description="a picture file in base64", json_schema_extra={"contentEncoding": "base64"})
]
PictureText = Annotated[
    str, Field(description="a picture file in base64, or its address on the web where the service fetches")
]
Numbers = Annotated[list[FiniteFloat], Field(max_length=MAX_DIM)]
Weights = dict[str, FiniteFloat]
Plain = str | int | float | bool | list[str] | None
"""One attribute: dates are ISO texts, sets are lists."""


class Body(BaseModel):
    """A body: immutable, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WeightedPicture(Body):
    """One of several pictures in a query."""

    data: PictureText
    weight: FiniteFloat = Field(1.0, description="negative pushes away")
    role: str | None = Field(None, description="of the views that it is compared with; all when null")


class SearchQuery(Body):
    """What is searched for: words, pictures, items, vectors, all together; a filter alone will do."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "red dress", "where": "price < 50", "top": 5}]}
    )

    text: Text | Annotated[Weights, Field(max_length=32)] | None = Field(
        None,
        description="words or an item's id; or several texts with weights, negative to push away",
    )
    image: (
        PictureText
        | Annotated[list[WeightedPicture], Field(min_length=1, max_length=8)]
        | Annotated[dict[str, PictureText], Field(min_length=1, max_length=8)]
        | None
    ) = Field(
        None,
        description='a picture file in base64, {"url": its address}, several with weights, or one by role; '
        "nothing of it is kept",
    )
    like: str | Annotated[Weights, Field(max_length=32)] | None = Field(
        None, description="id of an item to find more like, or several with weights"
    )
    vector: Numbers | dict[str, Numbers] | None = Field(None, description="a vector, or several by space")
    weights: Weights = Field(
        {}, description="of each signal in the fusion: `words` or a space; at least 0", max_length=32
    )
    where: FilterText | dict[str, Any] | None = Field(
        None,
        description='a filter: `price < 50`, or a tree: {"field": "price", "op": "<", "value": 50}',
    )
    as_of: date | None = Field(None, description="the day on which rights are judged; today when null")
    top: int = Field(10, ge=1, le=MAX_PAGE, description="hits on a page")
    candidates: int = Field(
        200,
        ge=1,
        le=MAX_CANDIDATES,
        description="items each signal brings; pages end where all of them were shown, and under `sort` "
        "words bring every item that holds all of them",
    )
    score: ItemScore | None = Field(
        None, description="what an item with several views counts by; as each space is set when null"
    )
    collapse: Collapse | None = Field(
        None,
        description="show one item for several with `identical` pictures (or true), or with `near` ones too; "
        "as the collection is set when null",
    )
    min_confidence: FiniteFloat | None = Field(
        None, description="least confidence of a hit, 0 to 1", ge=0, le=1
    )
    rerank: str | None = Field(None, description="name of a reranker that is bound to the release")
    sort: str | None = Field(
        None,
        description="field by which all that was found is ordered, lowest first; `-price` for highest first",
        max_length=200,
    )
    facets: list[str] = Field([], description="fields whose values are counted, too", max_length=50)
    prefix: bool = Field(False, description="the last word may be the beginning of another")
    offset: int = Field(
        0, ge=0, le=MAX_OFFSET, description="hits to leave out; `cursor` also stays with one release"
    )
    cursor: str | None = Field(
        None, description="`next` of the page before; send it with the same query", max_length=400
    )
    keep: bool = Field(
        False,
        description="keep what names the answer, so that `/v1/receipts/{id}` gives it and asks again, by the "
        "`receipt` of the answer; nothing of a picture is kept. Needs a key with the role search",
    )


class Batch(Body):
    """Several queries."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"queries": [{"text": "red dress"}, {"like": "coin-0001", "top": 5}]}]
        }
    )

    queries: list[SearchQuery] = Field(min_length=1, max_length=MAX_BATCH)


class RightsOut(BaseModel):
    """Who made an item, and under what terms it may be shown."""

    license: str | None
    author: str | None
    source: str | None
    attribution: str | None
    expires: date | None


class ReasonOut(BaseModel):
    """One signal that speaks for a hit."""

    signal: str
    detail: str
    score: float
    rank: int


class HitOut(BaseModel):
    """One item of an answer."""

    rank: int = Field(description="from 1, over all pages")
    id: str
    score: float = Field(description="orders this answer, higher is better; means nothing across answers")
    confidence: float | None = Field(description="probability, or null while no calibrator is bound")
    closeness: Literal["very close", "close", "loose"] | None = Field(
        description="how near it is; null where it was compared with nothing, as under a filter alone"
    )
    title: str
    text: str
    attributes: dict[str, Plain]
    view: str | None = Field(description="role of the picture that matched best")
    uri: str | None
    thumb: str | None = Field(description="address of its thumbnail")
    rights: RightsOut
    attribution: str = Field(description="the credit line to show with it")
    reasons: list[ReasonOut]
    duplicates: dict[str, str] = Field(
        description="ids of items that this one stands for: `identical`, `reencoded` or `edited`"
    )


class PlanStepOut(BaseModel):
    """How one signal was searched."""

    signal: str
    method: str
    scanned: int
    allowed: float
    recall: float
    weight: float


class FacetValueOut(BaseModel):
    """One value of a facet."""

    value: str | int | bool
    count: int


class FacetRangeOut(BaseModel):
    """How many items have a value from `low` up to `high`, which the last range alone includes."""

    low: int | float | str
    high: int | float | str
    count: int


class FacetOut(BaseModel):
    """The values of one field over the items that pass the other parts of the filter."""

    field: str
    type: AttributeType
    known: int
    unknown: int
    distinct: int
    values: list[FacetValueOut]
    low: int | float | str | None
    high: int | float | str | None
    ranges: list[FacetRangeOut] = Field(description="of numbers and dates; dates go by year")


class CorrectionOut(BaseModel):
    """A word that was put right, or might be."""

    typed: str
    used: str
    applied: bool = Field(description="the hits are those of `used`: no item holds `typed`")


class LeftOutOut(BaseModel):
    """A part of the filter without which something is found."""

    where: str
    count: int = Field(description="items that the query finds without it")


class UnknownValueOut(BaseModel):
    """A text that the filter asks for and that no item has."""

    field: str
    value: str
    did_you_mean: str | None = Field(description="the nearest one that there is, or null")


class WhyNothingOut(BaseModel):
    """Why a query with a filter finds nothing."""

    passing: int = Field(description="items that pass the filter, none of which the query finds")
    without: list[LeftOutOut] = Field(description="parts that could be left out, most found first")
    unknown_values: list[UnknownValueOut]


class Answer(BaseModel):
    """The answer to one query."""

    hits: list[HitOut]
    plan: list[PlanStepOut]
    timings_ms: dict[str, float]
    release: str
    n_below: int
    receipt: str
    synthetic: bool
    notes: list[str]
    facets: list[FacetOut] = Field(description="those that were asked for")
    did_you_mean: str | None = Field(description="the text with other words put in, or null")
    corrections: list[CorrectionOut]
    more: bool = Field(description="there are hits after these")
    why_nothing: WhyNothingOut | None = Field(
        description="what stands in the way, where a query with a filter finds nothing"
    )
    next: str | None = Field(description="cursor of the next page, or null")


class Answers(BaseModel):
    """The answers to several queries, in their order."""

    answers: list[Answer]


class ViewOut(BaseModel):
    """One picture of an item."""

    role: str
    media: str = Field(description="sha256 of the picture")
    uri: str
    width: int
    height: int
    thumb: str = Field(description="address of a WebP of 320 pixels")
    picture: str = Field(description="address of a WebP of 1,024 pixels")


class ItemOut(BaseModel):
    """One item with its views."""

    id: str
    title: str
    text: str
    attributes: dict[str, Plain]
    rights: RightsOut
    views: list[ViewOut]
    release: str


class Facets(BaseModel):
    """Facets under one filter."""

    facets: list[FacetOut]
    release: str


class SnapshotOut(BaseModel):
    """One snapshot on disk."""

    name: str
    created: str
    items: int
    content_hash: str


class MoveOut(BaseModel):
    """One move of a ref."""

    at: str
    reason: str
    release: str
    snapshots: list[str]


class RefOut(BaseModel):
    """A ref: where it points now, and where it pointed before, newest first."""

    name: str
    release: str
    history: list[MoveOut]


class Snapshots(BaseModel):
    """What there is, and what is served."""

    snapshots: list[SnapshotOut]
    refs: list[RefOut]


class Move(Body):
    """Where a ref shall point: exactly one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"snapshot": "v0002"}]})

    snapshot: str | None = Field(None, description="publish this snapshot with those before it")
    release: str | None = Field(None, description="roll back to this release of the ref's history")


class Problem(BaseModel):
    """A problem document (RFC 9457). Some kinds have further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:pinakes:problem:filter"])
    title: str
    status: int
    detail: str
    request_id: str


def picture_bytes(text: str) -> bytes:
    """Return the bytes of a picture that came in base64, with or without ``data:...;base64,`` before it.

    Raises:
        QueryError: it is not base64.
    """
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise QueryError("image must be a picture file in base64") from None
