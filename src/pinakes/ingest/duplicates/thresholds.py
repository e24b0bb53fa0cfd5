"""Where one kind of near-duplicate ends and the next one begins."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one kind ends and the next one begins; docs/duplicates.md says how each was measured.

    Attributes:
        related: least agreement of anything that is related.
        same_light: most difference of the light, in grey levels, of a photo and its edited copy.
        unchanged: most difference, in grey levels, of a photo that was only saved or resized again: copies
            stay below 3, two photos of one coin on a tripod begin at 5.
    """

    related: float = 0.76
    same_light: float = 0.85
    unchanged: float = 3.0


DEFAULT_THRESHOLDS: Final = Thresholds()
