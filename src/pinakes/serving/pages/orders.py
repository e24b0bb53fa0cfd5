"""The orders in which a visitor may see what was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from pinakes.serving.pages.asked import plain_name
from pinakes.serving.pages.choices import ShownFacet

FIELDS = 3
"""Fields that are offered: those that most items have."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order: its text in the address, its name for people, and whether it is the present one."""

    value: str
    label: str
    chosen: bool


def orders_of(facets: Sequence[ShownFacet], chosen: str, *, ranked: bool = True) -> tuple[Order, ...]:
    """Return the orders to offer beside the first one: both ways of each field that has a range.

    Args:
        facets: that are shown, most widely known first.
        chosen: the present order; one that is not offered is added, so that the page does not hide it.
        ranked: the first order is that of the best match; under a filter alone it is that of the ids.
    """
    fields = [facet for facet in facets if facet.range is not None][:FIELDS]
    offered = [(facet.name, facet.input == "date") for facet in fields]
    if chosen and chosen.removeprefix("-") not in dict(offered):
        offered.append((chosen.removeprefix("-"), False))
    if not offered:
        return ()
    found = [("", "Best match" if ranked else "By id")]
    for name, is_date in offered:
        label = plain_name(name).capitalize()
        up, down = ("oldest first", "newest first") if is_date else ("low to high", "high to low")
        found += [(name, f"{label}, {up}"), (f"-{name}", f"{label}, {down}")]
    return tuple(Order(value, label, value == chosen) for value, label in found)
