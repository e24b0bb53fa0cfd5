"""One hit as a page shows it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pinakes.engine import Engine
from pinakes.errors import UnknownNameError, WithheldError
from pinakes.kernels.fusion import K
from pinakes.retrieval.results import Hit, PlanStep
from pinakes.serving.api.media import thumb_address
from pinakes.serving.pages.templates import shortened
from pinakes.types import Value

_FIELDS = re.compile(r" \([a-z, ]+\)")

PRICE = "price"
"""The attribute that is shown under a title where a collection has it."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one signal brought to the score of a hit.

    Attributes:
        signal: ``id``, ``words``, or the name of a space.
        detail: in plain words, what matched.
        rank: the item's rank by this signal alone.
        score: the signal's own score.
        share: of the whole score, 0 to 1.
    """

    signal: str
    detail: str
    rank: int
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class Card:
    """One hit with what is derived for showing it.

    Attributes:
        picture: address of its thumbnail, or None for an item without pictures.
        size: width and height of the picture, so that the page does not jump when it arrives.
        contributions: what each signal brought, strongest first.
    """

    hit: Hit
    picture: str | None
    size: tuple[int, int] | None
    contributions: tuple[Contribution, ...]

    @property
    def price(self) -> str:
        """The price as text, or nothing."""
        return shown_price(self.hit.attributes)

    @property
    def title(self) -> str:
        """The title, or the id where there is none; of a very long one the beginning."""
        return shortened(self.hit.title or self.hit.id)

    @property
    def url(self) -> str:
        """The address of the item's page."""
        return item_url(self.hit.id)

    @property
    def similar_url(self) -> str:
        """The address of the search for its like."""
        return f"/?like={quote(self.hit.id, safe='')}"

    @property
    def grade(self) -> int:
        """Closeness as 1 (loose), 2 (close) or 3 (very close); 0 where there is none."""
        return {None: 0, "loose": 1, "close": 2, "very close": 3}[self.hit.closeness]

    @property
    def reason(self) -> str:
        """The strongest reason, in short: without the fields in which words were found."""
        return _FIELDS.sub("", str(self.hit.reasons[0])) if self.hit.reasons else ""

    @property
    def credit(self) -> str:
        """Licence and author in one short line; the full credit is on the item's page."""
        rights = self.hit.rights
        return " · ".join(part for part in (_license_name(rights.license or ""), rights.author) if part)


def make_cards(engine: Engine, hits: Iterable[Hit], plan: Sequence[PlanStep] = ()) -> tuple[Card, ...]:
    """Return hits as a page shows them."""
    weights = {step.signal: step.weight for step in plan}
    return tuple(
        Card(
            hit,
            thumb_address(hit.thumb) if hit.thumb else None,
            _size(engine, hit),
            _contributions(hit, weights),
        )
        for hit in hits
    )


def card_of(engine: Engine, item: str) -> Card | None:
    """Return an item as a card; None where there is none that may be shown."""
    found = engine.search(where={"field": "id", "op": "=", "value": item}, top=1)
    return next(iter(make_cards(engine, found)), None)


def shown_price(attributes: Mapping[str, Value]) -> str:
    """Return the price as text, or nothing where it is not known."""
    price = attributes.get(PRICE)
    if isinstance(price, int):
        return f"{price:,}"
    return f"{price:,.2f}" if isinstance(price, float) else ""


def item_url(item: str) -> str:
    """Return the address of an item's page; an id may hold ``/``."""
    return f"/items/{quote(item)}"


def _contributions(hit: Hit, weights: Mapping[str, float]) -> tuple[Contribution, ...]:
    """Share the score out as reciprocal rank fusion made it up: weight / (60 + rank) of each signal."""
    parts = [weights.get(reason.signal, 1.0) / (K + reason.rank) for reason in hit.reasons]
    whole = sum(parts) or 1.0
    found = [
        Contribution(reason.signal, reason.detail, reason.rank, reason.score, part / whole)
        for reason, part in zip(hit.reasons, parts, strict=True)
    ]
    return tuple(sorted(found, key=lambda contribution: -contribution.share))


def _license_name(code: str) -> str:
    """Return ``cc-by-sa`` as it is written, CC BY-SA, and other codes as words."""
    if code.lower().startswith("cc"):
        return code.upper().replace("CC-", "CC ", 1)
    return code.replace("-", " ")


def _size(engine: Engine, hit: Hit) -> tuple[int, int] | None:
    try:
        views = engine.item(hit.id).views
    except (UnknownNameError, WithheldError):  # taken down since it was found
        return None
    return next(((view.width, view.height) for view in views if view.role == hit.view), None)
