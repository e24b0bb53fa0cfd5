"""The small grey picture that two photos are compared by."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE: Final = 96
"""Pixels of each side. At 96 the grain of a coin or a fabric is still there, which is what tells one photo
from the next one of the same thing; at 48 they look alike."""

PREPARER: Final = "pinakes.ingest.duplicates.rendering:render"


def render(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture in grey (ITU-R BT.601 luma), squeezed into a square.

    Args:
        rgb: uint8 of shape (h, w, 3).

    Returns:
        uint8 of shape (96, 96).
    """
    grey = Image.fromarray(rgb).convert("L")
    return np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0))
