"""Pinakes: a search engine for collections of pictures and records.

>>> import pinakes
>>> pinakes.index("photos")                      # doctest: +SKIP
>>> engine = pinakes.open("photos")              # doctest: +SKIP
>>> engine.search("red dress", where="price < 50")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinakes.client import Client
    from pinakes.collection import Collection
    from pinakes.creation import index
    from pinakes.engine import Engine
    from pinakes.errors import PinakesError
    from pinakes.opening import open_engine as open
    from pinakes.retrieval.results import Hit, Reason, Results
    from pinakes.types import Item, Rights, View

__version__ = "0.1.0"

_HOMES = {
    "Client": "pinakes.client:Client",
    "Collection": "pinakes.collection:Collection",
    "Engine": "pinakes.engine:Engine",
    "Hit": "pinakes.retrieval.results:Hit",
    "Item": "pinakes.types:Item",
    "PinakesError": "pinakes.errors:PinakesError",
    "Reason": "pinakes.retrieval.results:Reason",
    "Results": "pinakes.retrieval.results:Results",
    "Rights": "pinakes.types:Rights",
    "View": "pinakes.types:View",
    "index": "pinakes.creation:index",
    "open": "pinakes.opening:open_engine",
}
"""Where each public name lives: imported when first used, so that ``import pinakes`` stays cheap."""

__all__ = [
    "Client",
    "Collection",
    "Engine",
    "Hit",
    "Item",
    "PinakesError",
    "Reason",
    "Results",
    "Rights",
    "View",
    "index",
    "open",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pinakes' has no attribute {name!r}; it has {', '.join(__all__)}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
