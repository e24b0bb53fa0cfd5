"""What a search answers: hits in order, and how the answer came about."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pinakes.errors import MissingExtraError
from pinakes.indexes.bm25 import Correction
from pinakes.retrieval.facets import Facet
from pinakes.retrieval.grid import picture_grid
from pinakes.retrieval.why_nothing import WhyNothing
from pinakes.types import Rights, Value

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Closeness = Literal["very close", "close", "loose"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal that speaks for a hit.

    Attributes:
        signal: ``id``, ``words``, or the name of a vector space.
        detail: in plain words, what matched.
        score: the signal's own score of this item, higher is better.
        rank: the item's rank by this signal alone, from 1.
    """

    signal: str
    detail: str
    score: float
    rank: int

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True, slots=True)
class Hit:
    """One item of an answer.

    Attributes:
        rank: from 1.
        score: orders the hits of this answer, higher is better; means nothing across answers.
        confidence: probability that the item is what was asked for; None until a calibrator is bound.
        closeness: a word for how near the item is, cut at the collection's own percentiles; None where it
            was not compared with anything, as under a filter alone.
        view: role of the picture that matched best, or of the first picture.
        uri: where that picture was found: a path relative to the source, or a URL.
        thumb: where its thumbnail lies once made, relative to the collection's folder.
        reasons: what speaks for this hit, strongest signal first.
        duplicates: ids of items that this hit stands for, and how their pictures are related: ``identical``,
            ``reencoded`` or ``edited``.
    """

    rank: int
    id: str
    score: float
    confidence: float | None
    closeness: Closeness | None
    title: str
    text: str
    attributes: Mapping[str, Value]
    view: str | None
    uri: str | None
    thumb: str | None
    rights: Rights
    reasons: tuple[Reason, ...]
    duplicates: Mapping[str, str] = field(default_factory=dict)

    @property
    def attribution(self) -> str:
        """The credit line to show with this item: as given, or made from author, source and licence."""
        if self.rights.attribution:
            return self.rights.attribution
        return ", ".join(filter(None, (self.rights.author, self.rights.source, self.rights.license)))


@dataclass(frozen=True, slots=True)
class PlanStep:
    """How one signal was searched.

    Attributes:
        signal: ``id``, ``words``, or the name of a vector space.
        method: such as ``exact`` or ``bm25``.
        scanned: rows looked at.
        allowed: share of live items that filter and policy let through, 0 to 1.
        recall: recall against the exact answer; 1.0 by proof for exact methods.
        weight: of this signal in the fusion.
    """

    signal: str
    method: str
    scanned: int
    allowed: float
    recall: float
    weight: float


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one query.

    Attributes:
        hits: best first.
        plan: one step for each signal that was searched.
        timings: milliseconds by stage, and ``total``.
        release: the release that answered.
        n_below: candidates that were left out by ``min_confidence``.
        receipt: names this answer: same release, query (and day, by which rights are judged) and hits, same
            receipt.
        synthetic: the collection's data is generated.
        notes: what the asker should know, such as words that were not understood.
        picture: returns the address of a hit's picture, such as a ``data:`` one; for `_repr_html_`.
        facets: those that were asked for, each under the filter without its own part.
        did_you_mean: the text with other words put in, to be searched for instead; None where there are none.
        corrections: those words: no item holds what was typed and the hits are those of the other word, or
            hardly any does and the other is only suggested.
        more: there are hits after these, which a larger ``offset`` or ``top`` gives.
        why_nothing: what stands in the way, where a query with a filter finds nothing.
    """

    hits: tuple[Hit, ...]
    plan: tuple[PlanStep, ...]
    timings: Mapping[str, float]
    release: str
    n_below: int
    receipt: str
    synthetic: bool = False
    notes: tuple[str, ...] = field(default=())
    picture: Callable[[Hit], str | None] | None = field(default=None, repr=False, compare=False)
    facets: tuple[Facet, ...] = ()
    did_you_mean: str | None = None
    corrections: tuple[Correction, ...] = ()
    more: bool = False
    why_nothing: WhyNothing | None = None

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, position: int) -> Hit:
        return self.hits[position]

    @property
    def nothing_close(self) -> bool:
        """Whether nothing answers the query well: every hit is loose."""
        return bool(self.hits) and all(hit.closeness == "loose" for hit in self.hits)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the hits, best first."""
        return tuple(hit.id for hit in self.hits)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that `json` can write: the form of ``--json``."""
        return {
            "hits": [_hit_dict(hit) for hit in self.hits],
            "plan": [_step_dict(step) for step in self.plan],
            "timings_ms": {stage: round(ms, 3) for stage, ms in self.timings.items()},
            "release": self.release,
            "n_below": self.n_below,
            "receipt": self.receipt,
            "synthetic": self.synthetic,
            "notes": list(self.notes),
            "facets": [facet.to_dict() for facet in self.facets],
            "did_you_mean": self.did_you_mean,
            "corrections": [asdict(correction) for correction in self.corrections],
            "more": self.more,
            "why_nothing": self.why_nothing and self.why_nothing.to_dict(),
        }

    def to_json(self, indent: int | None = None) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_polars(self) -> "pl.DataFrame":
        """Return one row per hit, best first: rank, id, score and so on, then a column per attribute.

        An attribute that is called like one of the first columns becomes ``attribute.NAME``.
        """
        from pinakes.retrieval.frames import results_table  # noqa: PLC0415 (polars takes 150 ms)

        return results_table(self)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the table of `to_polars` as a pandas data frame.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 (an extra)
        except ImportError:
            raise MissingExtraError("to_pandas", "pandas") from None
        table = self.to_polars()
        return pd.DataFrame({name: table[name].to_list() for name in table.columns}, columns=table.columns)

    def _repr_html_(self) -> str:
        """Return a grid of pictures, which notebooks show."""
        return picture_grid(self)

    def to_run(self, query: str) -> list[tuple[str, str, float]]:
        """Return (query id, item id, score) rows for an evaluation tool.

        The score is minus the rank, because trec_eval breaks ties by descending id, and we do not.
        """
        return [(query, hit.id, -float(hit.rank)) for hit in self.hits]


def _hit_dict(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "id": hit.id,
        "score": hit.score,
        "confidence": hit.confidence,
        "closeness": hit.closeness,
        "title": hit.title,
        "text": hit.text,
        "attributes": {name: plain(value) for name, value in hit.attributes.items()},
        "view": hit.view,
        "uri": hit.uri,
        "thumb": hit.thumb,
        "rights": rights_dict(hit.rights),
        "attribution": hit.attribution,
        "reasons": [
            {
                "signal": reason.signal,
                "detail": reason.detail,
                "score": reason.score,
                "rank": reason.rank,
            }
            for reason in hit.reasons
        ],
        "duplicates": dict(hit.duplicates),
    }


def _step_dict(step: PlanStep) -> dict[str, Any]:
    return {
        "signal": step.signal,
        "method": step.method,
        "scanned": step.scanned,
        "allowed": step.allowed,
        "recall": step.recall,
        "weight": step.weight,
    }


def rights_dict(rights: Rights) -> dict[str, str | None]:
    """Return rights as JSON knows them."""
    return {
        "license": rights.license,
        "author": rights.author,
        "source": rights.source,
        "attribution": rights.attribution,
        "expires": rights.expires.isoformat() if rights.expires else None,
    }


def plain(value: Value) -> Any:
    """Return a value as JSON knows it: dates as ISO text, sets as lists."""
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
