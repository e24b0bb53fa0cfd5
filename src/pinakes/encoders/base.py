"""What an encoder is: pictures or texts in, unit vectors out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pinakes.media.scale import ShorterSide

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
        """Name a function (rgb uint8 (h, w, 3)) -> array that decode workers run, see `load_preparer`.

        Where it is marked by `pinakes.media.preparers.for_images`, a worker gives it the image itself.
        """
        ...

    @property
    def decode_size(self) -> ShorterSide:
        """Shorter side in pixels that this encoder needs; the decoder may scale down to it.

        What a picture is decoded at depends on this and its file alone: it belongs into the fingerprint.
        """
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


class FittedEncoder(ImageEncoder, Protocol):
    """An encoder of pictures that has been fitted on a collection, or that needs no fitting."""

    @property
    def recipe(self) -> Mapping[str, Any]:
        """The parameters that decide its vectors on any machine, nothing fitted: plain JSON values."""
        ...

    def project(self, features: NDArray[np.generic]) -> NDArray[np.float32]:
        """Turn features of the feature cache into vectors.

        Args:
            features: one row per picture, shape (n, f).

        Returns:
            float32 of shape (n, dim), rows of unit length. A row never depends on its neighbours.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write what was fitted into an existing folder."""
        ...


class FittedTextEncoder(TextEncoder, Protocol):
    """An encoder of the words of items, and of what is asked for."""

    @property
    def recipe(self) -> Mapping[str, Any]:
        """The parameters that decide its vectors on any machine: plain JSON values."""
        ...

    def save(self, folder: Path) -> None:
        """Write what it takes to open it again into an existing folder."""
        ...


@runtime_checkable
class TextFamily(Protocol):
    """A kind of encoder that reads the words of items, and sees no pictures."""

    @property
    def texts(self) -> FittedTextEncoder:
        """The encoder; its fingerprint is the key of the feature cache."""
        ...

    def open(self, folder: Path) -> FittedTextEncoder:
        """Open what `FittedTextEncoder.save` wrote.

        Raises:
            IntegrityError: the files are damaged, or it is not the same encoder any more.
        """
        ...


class EncoderFamily(Protocol):
    """A kind of encoder: what it keeps of one picture, and what it makes of a whole collection."""

    @property
    def features(self) -> ImageEncoder:
        """Encodes one picture into what the feature cache keeps; its fingerprint is the key there."""
        ...

    def fit(self, features: NDArray[np.generic]) -> FittedEncoder:
        """Fit on features of sampled pictures, shape (n, f); n may be 0."""
        ...

    def open(self, folder: Path) -> FittedEncoder:
        """Open what `FittedEncoder.save` wrote.

        Raises:
            IntegrityError: the files are damaged.
        """
        ...


Family: TypeAlias = EncoderFamily | TextFamily
