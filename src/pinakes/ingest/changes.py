"""What a freeze has to write: nothing, a delta, or a new base; and which deltas a new one takes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MAX_DELTAS = 4
"""A release never has more deltas: every segment costs each query a pass."""

MAX_SHARE = 0.10
"""A new base is written when deltas would hold more than this share of the base's items."""

TIER = 2
"""A merge takes in an earlier delta that has at most so many times the rows that are merged already.

So every row is merged a logarithmic number of times before it reaches the base (O'Neil et al., "The
Log-Structured Merge-Tree", 1996; the size-tiered policy of Cassandra and its likes).
"""


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

    @property
    def rows(self) -> int:
        """How many rows a delta of them has, tombstones included."""
        return len(self.changed) + len(self.removed)


def find_changes(catalogue: Mapping[str, str], released: Mapping[str, str]) -> Changes:
    """Compare what is shown of each item.

    Args:
        catalogue: content hash and uris by id, as they are now.
        released: the same of the living items of the release; of the same ids, where not of all.
    """
    return Changes(
        changed=tuple(sorted(i for i, content in catalogue.items() if released.get(i) != content)),
        removed=tuple(sorted(i for i in released if i not in catalogue)),
    )


def choose_kind(
    rows: int, base_items: int | None, delta_rows: int, *, same_recipe: bool, max_share: float = MAX_SHARE
) -> Literal["nothing", "delta", "base"]:
    """Choose what to write.

    Args:
        rows: that a delta of what changed would have.
        base_items: items of the release's base; None when nothing was released yet.
        delta_rows: items and tombstones in its deltas.
        same_recipe: schema, spaces and language are those of the release.
        max_share: of the base's items that deltas may hold.
    """
    if base_items is None or not same_recipe:
        return "base"
    if not rows:
        return "nothing"
    return "base" if rows + delta_rows > max(1.0, max_share * base_items) else "delta"


def kept_deltas(deltas: Sequence[int], rows: int) -> int:
    """Return how many of the oldest deltas stay as they are; the new delta takes in the others.

    Nothing is merged while there is room. Then the newest deltas are, as long as each is not much larger than
    those after it together, and at least one.

    Args:
        deltas: rows of each delta of the release, oldest first.
        rows: that a delta of what changed since has.
    """
    kept = len(deltas)
    if kept < MAX_DELTAS:
        return kept
    while kept and (kept >= MAX_DELTAS or deltas[kept - 1] <= TIER * rows):
        kept -= 1
        rows += deltas[kept]
    return kept
