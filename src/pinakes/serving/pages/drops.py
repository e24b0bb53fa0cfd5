"""Which filter to leave out, where too little passes all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from pinakes.serving.pages.asked import MOST, Asked


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
    drops = [Drop(label, asked.without(name).url, found(asked.without(name))) for name, label in names]
    drops = sorted((drop for drop in drops if drop.count > more_than), key=lambda drop: -drop.count)
    if len(names) > 1:
        free = asked.without_filters()
        everything = Drop("any filter", free.url, found(free))
        if everything.count > max([more_than, *(drop.count for drop in drops)]):
            drops.append(everything)
    return tuple(drops)
