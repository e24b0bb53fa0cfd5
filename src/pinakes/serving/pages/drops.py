"""Which filter to leave out, where too little passes all of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pinakes.serving.pages.asked import MOST, PAGE, Asked


@dataclass(frozen=True, slots=True)
class Drop:
    """A filter that can be left out.

    Attributes:
        label: what it demands.
        url: the address of the search without it.
        count: how many items would then be found; `MOST` means as many or more.
    """

    label: str
    url: str
    count: int

    @property
    def shown(self) -> str:
        """The number for people."""
        return f"{self.count:,}" if self.count < MOST else f"{MOST} or more"


def droppable(asked: Asked, found: Callable[[Asked], int], more_than: int) -> tuple[Drop, ...]:
    """Return the filters whose leaving out finds more than so many items, the most first.

    Args:
        asked: with at least one filter.
        found: returns how many items a search finds.
        more_than: how many the search finds with all of its filters.
    """
    names = [(f.name, f.label) for f in asked.filters]
    if asked.where:
        names.append(("where", asked.where))
    searches = [(label, asked.without(name)) for name, label in names]
    if len(searches) > 1:
        searches.append(("any filter", replace(asked, filters=(), where="", n=PAGE)))
    drops = [Drop(label, search.url, found(search)) for label, search in searches]
    return tuple(sorted((d for d in drops if d.count > more_than), key=lambda d: -d.count))
