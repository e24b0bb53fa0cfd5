"""What a freeze has to write: nothing, a delta, or a new base."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MAX_DELTAS = 4
"""A release with this many deltas gets a new base: every segment costs each query a pass."""

MAX_SHARE = 0.10
"""A new base is written when deltas would hold more than this share of the base's items."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What lies between a release and the catalogue.

    Attributes:
        changed: ids that are new or show something else, sorted.
        removed: ids that the release serves and the catalogue no longer has, sorted.
    """

    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


def find_changes(catalogue: Mapping[str, str], released: Mapping[str, str]) -> Changes:
    """Compare what is shown of each item.

    Args:
        catalogue: content hash and uris by id, as they are now.
        released: the same of every living item of the release.
    """
    return Changes(
        changed=tuple(sorted(i for i, content in catalogue.items() if released.get(i) != content)),
        removed=tuple(sorted(i for i in released if i not in catalogue)),
    )


def choose_kind(
    changes: Changes, base_items: int | None, deltas: int, delta_rows: int, *, same_recipe: bool
) -> Literal["nothing", "delta", "base"]:
    """Choose what to write.

    Args:
        changes: between release and catalogue.
        base_items: items of the release's base; None when nothing was released yet.
        deltas: how many the release has.
        delta_rows: items and tombstones in them.
        same_recipe: schema, spaces and language are those of the release.
    """
    if base_items is None or not same_recipe:
        return "base"
    if not changes:
        return "nothing"
    rows = delta_rows + len(changes.changed) + len(changes.removed)
    if deltas >= MAX_DELTAS or rows > max(1.0, MAX_SHARE * base_items):
        return "base"
    return "delta"
