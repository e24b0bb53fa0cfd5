"""What an encoder is: pictures or texts in, unit vectors out."""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Side = Literal["query", "item"]


class Encoder(Protocol):
    """What every encoder can say of itself.

    Attributes:
        name: the name it was asked for by, such as ``descriptor``.
        fingerprint: digest of weights and preprocessing; two encoders with one fingerprint give one vector.
        dim: length of its vectors.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dim(self) -> int: ...


@runtime_checkable
class ImageEncoder(Encoder, Protocol):
    """An encoder of pictures, in two steps so that the first can run where the picture is decoded."""

    @property
    def preparer(self) -> str:
        """``package.module:function`` of a function (rgb uint8 (h, w, 3)) -> array, run in decode workers."""
        ...

    @property
    def decode_size(self) -> int:
        """Shorter side in pixels that this encoder needs; the decoder may scale down to it."""
        ...

    def encode_images(self, prepared: Sequence[NDArray[np.generic]]) -> NDArray[np.float32]:
        """Encode prepared pictures.

        Args:
            prepared: what the preparer made of each picture, all of one shape and dtype.

        Returns:
            float32 of shape (n, dim), rows of unit length. A row never depends on its neighbours.
        """
        ...


@runtime_checkable
class TextEncoder(Encoder, Protocol):
    """An encoder of texts into the same space as the pictures or the items."""

    def encode_texts(self, texts: Sequence[str], side: Side = "query") -> NDArray[np.float32]:
        """Encode texts.

        Returns:
            float32 of shape (n, dim). Rows have unit length, or are all zero for a text in which
            the encoder knows no word: such a text finds nothing.
        """
        ...
