"""Queries to measure an index with: like the collection's own vectors, but none of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import Stored, unit_rows, widen

MADE = (
    "half near: a sampled row less the mean, plus 0.6 of its length in noise with the collection's own "
    "spectrum, plus the mean; half far: 0.3 of such a row plus noise of its length, without the mean, as "
    "texts are far from pictures in a CLIP space"
)
GIVEN = "given by the user"

SAMPLE = 4096
"""Rows that mean and spectrum are taken from."""

NEAR_NOISE, FAR_ROW = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Queries:
    """Queries of one or more kinds.

    Attributes:
        kinds: unit vectors, float32 of shape (n, dim), by kind.
        made: how, in words.
    """

    kinds: dict[str, NDArray[np.float32]]
    made: str


def make_queries(vectors: Stored, each: int) -> Queries:
    """Make queries of both kinds, always the same for the same vectors.

    Args:
        vectors: unit rows, shape (n, dim), at least one.
        each: how many of each kind.
    """
    random = np.random.default_rng(11)
    n = len(vectors)
    rows = np.sort(random.choice(n, min(n, SAMPLE), replace=False))
    sample = widen(vectors[rows])
    mean = sample.mean(axis=0)
    centred = sample - mean
    # A random mixture of many centred rows has their covariance: noise as wide as the data in each direction.
    noise = random.standard_normal((2 * each, len(centred))).astype(np.float32) @ centred
    noise /= np.maximum(np.linalg.norm(noise, axis=1, keepdims=True), 1e-12)
    own = centred[random.integers(0, len(centred), 2 * each)]
    noise *= np.linalg.norm(own, axis=1, keepdims=True)
    near = mean + own[:each] + NEAR_NOISE * noise[:each]
    far = FAR_ROW * own[each:] + noise[each:]
    return Queries({"near": unit_rows(near), "far": unit_rows(far)}, MADE)
