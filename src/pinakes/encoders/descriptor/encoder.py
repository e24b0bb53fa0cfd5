"""The built-in picture encoder: it needs no download, and is fitted on the collection."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.descriptor.features import FEATURES_FINGERPRINT, LENGTH, SIZE
from pinakes.encoders.descriptor.fit import DEFAULT_FIT, FitParameters, fit_projection
from pinakes.encoders.descriptor.projection import Projection, open_projection, save_projection
from pinakes.errors import IntegrityError

NAME = "descriptor"
PREPARER = "pinakes.encoders.descriptor.features:prepare"
_TOGETHER = 1024


@dataclass(frozen=True, slots=True)
class DescriptorFeatures:
    """The part of the descriptor that is the same for every collection: what the feature cache keeps."""

    name: str = NAME
    fingerprint: str = FEATURES_FINGERPRINT
    dim: int = LENGTH
    preparer: str = PREPARER
    decode_size: int = SIZE

    def encode_images(self, prepared: Sequence[NDArray[np.generic]]) -> NDArray[Any]:
        """Stack the features of pictures: uint8 of shape (n, dim), not yet vectors."""
        return _checked(np.stack(prepared)) if prepared else np.empty((0, LENGTH), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """The descriptor fitted on one collection."""

    projection: Projection
    parameters: FitParameters = DEFAULT_FIT

    @property
    def name(self) -> str:
        """Return ``descriptor``."""
        return NAME

    @property
    def fingerprint(self) -> str:
        """Return the digest of features, parameters and projection."""
        said = f"{FEATURES_FINGERPRINT} {self.parameters} {self.projection.fingerprint}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def dim(self) -> int:
        """Return the length of the vectors."""
        return self.projection.dim

    @property
    def preparer(self) -> str:
        """See `ImageEncoder.preparer`."""
        return PREPARER

    @property
    def decode_size(self) -> int:
        """See `ImageEncoder.decode_size`."""
        return SIZE

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `FittedEncoder.recipe`."""
        return {"features": FEATURES_FINGERPRINT, **asdict(self.parameters)}

    def encode_images(self, prepared: Sequence[NDArray[np.generic]]) -> NDArray[np.float32]:
        """See `ImageEncoder.encode_images`."""
        if not prepared:
            return np.empty((0, self.dim), dtype=np.float32)
        return self.project(np.stack(prepared))

    def project(self, features: NDArray[np.generic]) -> NDArray[np.float32]:
        """See `FittedEncoder.project`.

        Raises:
            ValueError: the features are not uint8 of shape (n, LENGTH).
        """
        checked = _checked(features)
        vectors = np.empty((len(checked), self.dim), dtype=np.float32)
        for start in range(0, len(checked), _TOGETHER):
            vectors[start : start + _TOGETHER] = self.projection.apply(checked[start : start + _TOGETHER])
        return vectors

    def save(self, folder: Path) -> None:
        """Write ``encoder.json``, ``matrix.npy`` and ``offset.npy`` into an existing folder.

        Raises:
            OSError: the disk refused.
        """
        about = {"name": NAME, "features": FEATURES_FINGERPRINT, "parameters": asdict(self.parameters)}
        save_projection(folder, self.projection, about)


@dataclass(frozen=True, slots=True)
class DescriptorFamily:
    """The descriptor before it has seen a collection: see `EncoderFamily`."""

    features: DescriptorFeatures = DescriptorFeatures()
    parameters: FitParameters = DEFAULT_FIT

    def fit(self, features: NDArray[np.generic]) -> Descriptor:
        """See `EncoderFamily.fit`."""
        return fit_descriptor(features, self.parameters)

    def open(self, folder: Path) -> Descriptor:
        """See `EncoderFamily.open`."""
        return open_descriptor(folder)


def fit_descriptor(features: NDArray[np.generic], parameters: FitParameters = DEFAULT_FIT) -> Descriptor:
    """Fit the descriptor on the features of a collection's pictures.

    Args:
        features: uint8 of shape (n, LENGTH), in any order; n may be 0.
        parameters: how.

    Raises:
        ValueError: the features have another dtype or shape.
    """
    checked = np.empty((0, LENGTH), dtype=np.uint8) if len(features) == 0 else _checked(features)
    return Descriptor(fit_projection(checked, parameters), parameters)


def open_descriptor(folder: Path) -> Descriptor:
    """Open what `Descriptor.save` wrote.

    Raises:
        IntegrityError: a file is missing or damaged, or belongs to other features than this Pinakes computes.
        FormatVersionError: written by a newer Pinakes.
    """
    projection, said = open_projection(folder, LENGTH)
    if said.get("name") != NAME or said.get("features") != FEATURES_FINGERPRINT:
        raise IntegrityError(
            folder, "was fitted on features that this Pinakes does not compute; index the collection again"
        )
    try:
        parameters = FitParameters(**said["parameters"])
    except (KeyError, TypeError) as error:
        raise IntegrityError(folder, f"encoder.json does not say how it was fitted: {error}") from None
    return Descriptor(projection, parameters)


def _checked(features: NDArray[np.generic]) -> NDArray[np.uint8]:
    if features.dtype != np.uint8 or features.ndim != 2 or features.shape[1] != LENGTH:
        raise ValueError(
            f"descriptor features are uint8 of shape (n, {LENGTH}), got {features.dtype} {features.shape}"
        )
    return features.view(np.uint8)
