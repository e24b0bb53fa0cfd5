"""The page of one item: its views, what is known of it, its rights, and what is nearest to it."""

from dataclasses import asdict
from typing import Any

from pinakes.engine import Engine
from pinakes.errors import QueryError
from pinakes.retrieval.results import Results
from pinakes.serving.api.media import Size, media_address
from pinakes.serving.pages.asked import Asked
from pinakes.serving.pages.card import PRICE, Card, make_cards, shown_price
from pinakes.serving.pages.site import Site
from pinakes.serving.pages.twins import twins_of_item
from pinakes.types import Item

NEIGHBOURS = 12


def item_values(engine: Engine, site: Site, item_id: str) -> dict[str, Any]:
    """Return what the template ``item.html`` shows.

    Raises:
        UnknownNameError: there is no such item.
        WithheldError: it may not be shown.
    """
    item = engine.item(item_id)
    return {
        "site": site,
        "asked": Asked(),
        "like_card": None,
        "cards": _neighbours(engine, item),
        "twins": twins_of_item(engine, item_id),
        "item": item,
        "attributes": {name: value for name, value in item.attributes.items() if name != PRICE},
        "price": shown_price(item.attributes),
        "views": [{"url": media_address(view.media, Size.PICTURE), "view": view} for view in item.views],
        "searches": {
            name: Asked().with_value(name, value).url
            for name, value in item.attributes.items()
            if isinstance(value, str)
        },
        "rights": {
            name: value
            for name, value in asdict(item.rights).items()
            if value is not None and name != "attribution"
        },
    }


def _neighbours(engine: Engine, item: Item) -> tuple[Card, ...]:
    try:
        results: Results = engine.search(like=item.id, top=NEIGHBOURS)
    except QueryError:  # neither vectors nor words: nothing is near it
        return ()
    return make_cards(engine, results, results.plan)
