"""The page of a search: the answer, the filters beside it, and what to say where there is little to show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pinakes.engine import Engine
from pinakes.retrieval.results import Results
from pinakes.serving.pages.asked import MOST, Asked
from pinakes.serving.pages.card import Card, card_of, make_cards
from pinakes.serving.pages.choices import shown_facets
from pinakes.serving.pages.drops import Drop, droppable
from pinakes.serving.pages.meant import meant
from pinakes.serving.pages.orders import orders_of
from pinakes.serving.pages.showcase import (
    EVERY,
    GALLERY,
    QUESTION,
    Question,
    Welcome,
    examples_of,
    has_gallery,
    samples_of,
)
from pinakes.serving.pages.site import Site

FEW = 5
"""Fewer hits than this, and the page says what could be left out."""

LOST = (
    "The picture of this search is not kept and is not part of a link: this is the answer to the rest. "
    "Drop the picture here again to search with it."
)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Makes what the template ``search.html`` shows.

    Attributes:
        engine: answers.
        site: what every page says of the collection.
    """

    engine: Engine
    site: Site

    def values(self, asked: Asked, picture: bytes | None = None, *, lost: bool = False) -> dict[str, Any]:
        """Answer a search.

        Args:
            asked: the address.
            picture: bytes of a file that was sent with it.
            lost: a picture belongs to the search, and the browser does not have it any more.

        Raises:
            QueryError, FilterError, UnknownNameError: the search cannot be answered as asked.
            MediaError: the picture was refused.
        """
        if self.site.items == 0:
            return self._nothing(asked, "empty", "Nothing found")
        if asked.empty and picture is None:
            if lost:
                return self._nothing(asked, "lost_picture", "The picture is gone")
            return self._welcome(asked)
        schema = self.site.schema
        results = self._search(asked, picture, asked.n + 1)
        ranked = bool(asked.words or asked.like) or picture is not None
        cards = make_cards(self.engine, results.hits[: asked.n], results.plan)
        more = asked.more() if len(results) > asked.n else None
        drops = self._drops(asked, picture, len(cards)) if asked.filtered and len(cards) < FEW else ()
        state = _state(asked, results, cards, droppable=bool(drops))
        facets = shown_facets(self.engine, asked, schema)
        return {
            **self._common(asked),
            "answer": results,
            "cards": cards,
            "more": more.url if more else None,
            "notes": (*results.notes, *([LOST] if lost else [])),
            "state": state,
            "drops": drops,
            "samples": self._samples()[::3] if state == "none" else (),
            "facets": facets,
            "orders": orders_of(facets, asked.sort, ranked=ranked),
            "meant": meant(asked, results),
            "summary": _summary(cards, state, more=more is not None, ordered=bool(asked.sort) or not ranked),
            "welcome": None,
        }

    def awaiting(self, asked: Asked) -> dict[str, Any]:
        """Show the frame of a search whose picture the browser is about to send."""
        return self._nothing(asked, "awaiting_picture", "Searching with a picture")

    def _drops(self, asked: Asked, picture: bytes | None, found: int) -> tuple[Drop, ...]:
        def count(without: Asked) -> int:
            where = without.tree(self.site.schema)
            if (
                picture is not None or asked.like or not asked.q
            ):  # every item that passes has a place in the answer
                return min(MOST, self.engine.count(where))
            return len(self._search(without, None, MOST))

        return droppable(asked, count, found)

    def _nothing(self, asked: Asked, state: str, summary: str) -> dict[str, Any]:
        """Show no answer, and why."""
        return {
            **self._common(asked),
            "answer": None,
            "cards": (),
            "samples": (),
            "welcome": None,
            "facets": shown_facets(self.engine, asked, self.site.schema),
            "meant": None,
            "orders": (),
            "more": None,
            "notes": (),
            "state": state,
            "drops": (),
            "summary": summary,
        }

    def _welcome(self, asked: Asked) -> dict[str, Any]:
        nothing = self._nothing(asked, "first", "")
        if self.site.synthetic and has_gallery(self.engine):
            results = self._search(QUESTION, None, QUESTION.n)
            liked = card_of(self.engine, QUESTION.like)
            question = Question(liked, QUESTION.q, QUESTION.url) if liked else None
            cards = make_cards(self.engine, results, results.plan)
            return {**nothing, "answer": results, "cards": cards, "welcome": Welcome(GALLERY, question)}
        samples = self._samples()
        return {**nothing, "samples": samples, "welcome": Welcome(examples_of(samples))}

    def _samples(self) -> tuple[Card, ...]:
        return samples_of(self.engine, shown_facets(self.engine, Asked(), self.site.schema))

    def _common(self, asked: Asked) -> dict[str, Any]:
        return {
            "asked": asked,
            "site": self.site,
            "like_card": card_of(self.engine, asked.like) if asked.like else None,
            "without_like": replace(asked, like="").url,
        }

    def _search(self, asked: Asked, picture: bytes | None, top: int) -> Results:
        where = asked.tree(self.site.schema)
        said = bool(asked.words or asked.like) or picture is not None
        return self.engine.search(
            asked.words or None,
            image=picture,
            like=asked.like or None,
            where=where if where or said else EVERY,
            sort=asked.sort or None,
            prefix=asked.typing,
            top=top,
            candidates=MOST + 1,  # of the longest page, so that "more" adds hits and moves none
        )


def _state(asked: Asked, results: Results, cards: Sequence[Card], *, droppable: bool) -> str:
    """Return which of its faces the page shows: the names are those of ``_state.html``."""
    if not cards:
        if droppable:
            return "none_filtered"
        return "no_text" if asked.q and not results.plan else "none"
    if results.nothing_close:
        return "loose"
    return "few" if asked.filtered and len(cards) < FEW else "found"


def _summary(cards: Sequence[Card], state: str, *, more: bool, ordered: bool) -> str:
    """Return one line that says what was found; it is also read aloud."""
    if not cards:
        return "No good match" if state == "none" else "Nothing found"
    number = len(cards)
    if state == "loose":
        return f"No good match; the nearest {number}"
    if more:
        return f"The first {number}" if ordered else f"The best {number}"
    return "One item" if number == 1 else f"{number} items"
