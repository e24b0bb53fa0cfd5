"""The first visit: what to try, taken from the collection itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from pinakes.engine import Engine
from pinakes.retrieval.results import Hit
from pinakes.samples.tour import COIN, GARMENT
from pinakes.serving.pages.asked import Asked, Filter
from pinakes.serving.pages.card import Card, make_cards
from pinakes.serving.pages.choices import ShownFacet

EVERY = {"field": "id", "op": "is not null"}
"""A filter that every item passes."""

SAMPLES = 18
"""Items to begin from, where no query is answered."""


@dataclass(frozen=True, slots=True)
class Example:
    """A search to try: what it says, and its address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Question:
    """The query that is answered at the first visit: like this item, with these words."""

    like: Card
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a first visit shows."""

    examples: tuple[Example, ...]
    question: Question | None = None


QUESTION = Asked(q="but blue", like=GARMENT, filters=(Filter("family", ("garment",)),), n=12)

GALLERY = (
    Example("a striped dress in blue", Asked(q="a striped dress in blue").url),
    Example("cocktails with mint", Asked(q="mint", filters=(Filter("family", ("cocktail",)),)).url),
    Example("a coin, by both sides", Asked(like=COIN).url),
    Example("under 30", Asked(filters=(Filter("price", high="30"),)).url),
    Example("purple tractor", Asked(q="purple tractor").url),
)
"""Examples for the sample gallery; the last one has no good answer, which is an answer."""


def has_gallery(engine: Engine) -> bool:
    """Return whether the collection is the sample gallery, and shows the items that the examples need."""
    return COIN in engine and GARMENT in engine and engine.item(GARMENT).attributes.get("family") == "garment"


def samples_of(engine: Engine, facets: Sequence[ShownFacet]) -> tuple[Card, ...]:
    """Return items with pictures from all over the collection: some of each value of its broadest facet."""
    values = facets[0].values[:SAMPLES] if facets else ()
    wanted = [Asked(filters=(Filter(facets[0].name, (v.value,)),)) for v in values] or [Asked()]
    each = -(-SAMPLES // len(wanted))
    found: list[Hit] = []
    for asked in wanted:
        pictured = [hit for hit in engine.search(where=asked.tree({}) or EVERY, top=4 * each) if hit.thumb]
        found += pictured[:: max(1, len(pictured) // each)][:each]
    return make_cards(engine, found[:SAMPLES])


def examples_of(samples: Sequence[Card]) -> tuple[Example, ...]:
    """Return searches to try in any collection: the titles of a few of its items."""
    titles = dict.fromkeys(card.hit.title for card in samples if 3 <= len(card.hit.title) <= 40)
    return tuple(Example(title, Asked(q=title).url) for title in list(titles)[:4])
