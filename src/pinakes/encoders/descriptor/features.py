"""What the descriptor sees in one picture, before any collection has been looked at.

Every number is a whole number until after pooling, and correctly rounded arithmetic after it, so that one
picture gives the same bytes alone, in a batch, in any process and with any number of threads.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pinakes.encoders.descriptor.colour import colour_histograms
from pinakes.encoders.descriptor.shape import gradient_histograms, normalise_cells
from pinakes.encoders.descriptor.texture import filter_responses
from pinakes.media.preparers import for_images

SIZE = 128
GRIDS = {"fine": 10, "coarse": 8}


@dataclass(frozen=True, slots=True)
class Block:
    """One kind of measurement, a stretch of the feature vector.

    Attributes:
        name: what is measured.
        length: number of values.
        peak: a value this many times the block's root mean square is stored as 255; larger ones are
            cut there.
    """

    name: str
    length: int
    peak: float


BLOCKS = (
    Block("fine", 10 * 10 * 8, 5.0),
    Block("coarse", 8 * 8 * 8, 5.0),
    Block("colour", 4 * 4 * 86, 9.0),
    Block("texture", 4 * 4 * 50, 5.0),
)
LENGTH = sum(block.length for block in BLOCKS)

FEATURES_VERSION = 1
FEATURES_FINGERPRINT = hashlib.sha256(
    f"pinakes descriptor features {FEATURES_VERSION} {SIZE} {BLOCKS}".encode()
).hexdigest()


@for_images
def prepare(picture: Image.Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Measure one picture.

    Args:
        picture: an sRGB image of mode RGB, or uint8 of shape (height, width, 3); any size from 1 x 1.

    Returns:
        uint8 of shape (LENGTH,).
    """
    return np.concatenate(
        [_quantise(values.ravel(), block) for values, block in zip(_measure(picture), BLOCKS, strict=True)]
    )


def _measure(given: Image.Image | NDArray[np.uint8]) -> Iterator[NDArray[np.float64]]:
    """Yield the values of each block, in the order of ``BLOCKS``."""
    image = given if isinstance(given, Image.Image) else Image.fromarray(given)
    picture = image.resize((SIZE, SIZE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    fine = np.ascontiguousarray(np.asarray(picture).transpose(2, 0, 1), dtype=np.int32)
    middle = _halve(fine)
    coarse = _halve(middle)
    yield normalise_cells(gradient_histograms(fine, GRIDS["fine"]))
    yield np.sqrt(gradient_histograms(coarse, GRIDS["coarse"]))
    yield np.sqrt(colour_histograms(middle))
    yield np.sqrt(filter_responses(coarse))


def _halve(planes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Average 2 x 2 pixels, rounding halves up."""
    rows = planes[:, 0::2] + planes[:, 1::2]
    return (rows[:, :, 0::2] + rows[:, :, 1::2] + 2) >> 2


def _quantise(values: NDArray[np.float64], block: Block) -> NDArray[np.uint8]:
    """Scale a block to unit root mean square and round it to 256 steps; a block of zeros stays zero."""
    scale = np.sqrt(np.mean(values**2)) + 1e-9
    steps: NDArray[np.uint8] = np.rint(np.minimum(values / scale * (255.0 / block.peak), 255.0)).astype(
        np.uint8
    )
    return steps
