"""Which filter to leave out, where too little passes all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pinakes.filters import loosened, parse_filter, to_text
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
    parts = [(f.label, asked.without(f.name)) for f in asked.filters] + list(_written(asked))
    drops = [Drop(label, without.url, found(without)) for label, without in parts]
    drops = sorted((drop for drop in drops if drop.count > more_than), key=lambda drop: -drop.count)
    if len(parts) > 1:
        free = asked.without_filters()
        everything = Drop("any filter", free.url, found(free))
        if everything.count > max([more_than, *(drop.count for drop in drops)]):
            drops.append(everything)
    return tuple(drops)


def _written(asked: Asked) -> Iterator[tuple[str, Asked]]:
    """Yield each part of the written filter, and the search without it."""
    if not asked.where:
        return
    for part, rest in loosened(parse_filter(asked.where)):
        if rest is None:
            yield asked.where, asked.without("where")
        else:
            yield to_text(part), replace(asked, where=to_text(rest), n=PAGE)
