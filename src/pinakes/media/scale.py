"""At which scale libjpeg decodes a JPEG: the smallest that keeps enough pixels."""

from collections.abc import Sequence
from typing import NamedTuple, Self, TypeAlias


class Enough(NamedTuple):
    """How many pixels of its shorter side a JPEG keeps at least.

    Attributes:
        side: at a half and at a quarter of its size.
        eighth: at an eighth of its size, which costs the least: each pixel is the mean of a whole block, and
            nothing has to be transformed.
    """

    side: int
    eighth: int

    @classmethod
    def of(cls, side: "ShorterSide | Sequence[int]") -> Self:
        """Return what one number for all scales says, or two numbers that came as JSON."""
        return cls(side, side) if isinstance(side, int) else cls(*side)


ShorterSide: TypeAlias = int | Enough
"""Pixels of the shorter side that are enough: at every scale, or at an eighth others than at the rest."""


def reduction(stored: int, enough: ShorterSide | None) -> int:
    """Return the factor by which a JPEG is decoded smaller: 1, 2, 4 or 8.

    Args:
        stored: pixels of its shorter side.
        enough: pixels to which it may be reduced; None for all.
    """
    if enough is None:
        return 1
    side, eighth = Enough.of(enough)
    if stored // 8 >= eighth:
        return 8
    return next((factor for factor in (4, 2) if stored // factor >= side), 1)
