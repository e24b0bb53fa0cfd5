"""Ids near one that no item has, for whoever mistyped it."""

from collections.abc import Collection, Iterable

from pinakes.errors import UnknownNameError

SUGGESTED = 3
ALIKE = 75
"""Least likeness of an id that is suggested, 0 to 100: of T characters of both, M in common, 200 M / T."""
MOST = 100_000
"""Ids that are looked through, which takes 50 ms; among more nothing is suggested."""


def unknown_item(item: str, known: Collection[str], hidden: Iterable[str] = ()) -> UnknownNameError:
    """Return the error that says that there is no such item, with the nearest ids where any is near.

    Args:
        item: the id that was asked for.
        known: every id.
        hidden: ids that are not suggested.
    """
    near = _nearest(item, known, frozenset(hidden)) if len(known) <= MOST else []
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return UnknownNameError("item", item, near, f"there is no item {item!r}{hint}")


def _nearest(item: str, known: Collection[str], hidden: frozenset[str]) -> list[str]:
    # Imported here because errors are rare and `import pinakes` must stay cheap.
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    most = SUGGESTED + len(hidden)
    found = process.extract(
        item, known, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=ALIKE, limit=most
    )
    ranked = sorted((-alike, name) for name, alike, _ in found if name not in hidden)
    return [name for _, name in ranked[:SUGGESTED]]
