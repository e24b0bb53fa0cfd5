"""How much one picture may cost."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may cost, the same for a picture of the catalogue and for the picture of a query.

    Attributes:
        bytes: size of the file.
        pixels: width times height, read from the header before anything is decoded. 50 million covers nearly
            every phone and camera.
        aspect: longer side by shorter side. A scroll or a panorama stays far below; above 2,000 a picture
            that is resized to a shorter side of 224 pixels passes 100 million pixels, however small its file.
        seconds: wall-clock time for reading, decoding and preparing. The pool sees to it.
        memory: bytes that decoding and preparing may take on top of what an idle worker holds. The pool sees
            to it. A picture of 50 million pixels takes 0.4 to 0.95 GB, by its format.
    """

    bytes: int = 64 * 2**20
    pixels: int = 50_000_000
    aspect: float = 2_000.0
    seconds: float = 10.0
    memory: int = 2**30


DEFAULT_LIMITS: Final = Limits()
"""The limits that hold where none are given."""
