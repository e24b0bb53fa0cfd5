"""Fitting an encoder of pictures on a collection."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import EncoderFamily, FittedEncoder
from pinakes.ingest.spaces.store import FeatureStore
from pinakes.kernels.spread import spread_evenly

FIT_SAMPLE = 16_384
"""Pictures that an encoder is fitted on; more hardly change what it finds."""


def fit_pictures(store: FeatureStore, family: EncoderFamily, media: Sequence[str]) -> FittedEncoder:
    """Fit an encoder on at most `FIT_SAMPLE` pictures, spread evenly.

    Args:
        store: of features.
        family: of the encoder.
        media: every picture of the collection once, sorted.

    Raises:
        IntegrityError: the feature cache lacks one of them.
    """
    return family.fit(_sample(store, family, media))


def _sample(store: FeatureStore, family: EncoderFamily, media: Sequence[str]) -> NDArray[np.generic]:
    """Return the features of the sample, shape (n, features)."""
    if not media:
        return np.empty((0, 0), dtype=np.uint8)
    picked = spread_evenly(len(media), FIT_SAMPLE)
    features = store.read([media[i] for i in picked], family.features.fingerprint, "fitting")
    first = next(features)
    sample = store.room((len(picked), *first.shape), first.dtype)
    sample[0] = first
    for row, feature in enumerate(features, start=1):
        sample[row] = feature
    return sample
