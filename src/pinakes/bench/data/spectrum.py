"""The shape of a cloud of unit vectors in five numbers, so that clouds like it can be generated at any size.

Rows are drawn as ``unit(mean + centre of a cluster + own part)``: the mean is a vector of a given length,
centres and own parts are Gaussian with one covariance, shared out between them. Its eigenvalues follow a
power law with an exponential end, ``r**-exponent * exp(-decay * r)`` for rank r, which lies within 2 % (mean
absolute error of the logarithm, ranks 1 to 256) of the eigenvalues of 1,000 photos by CLIP ViT-B/32.
"""

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import SourceError
from pinakes.kernels.similarity import unit_rows

SHARES = tuple(share / 20 for share in range(20))
"""Shares of the variance between clusters that a fit tries."""

FIT_ROWS = 2_000
"""Rows of a file that a fit looks at: nearest neighbours need all pairs."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A cloud of unit vectors.

    Attributes:
        dim: numbers a vector.
        mean: length of the mean of all vectors, 0 (a centred cloud) to 1 (one point).
        exponent, decay: of the eigenvalues of the covariance, see above.
        between: share of the variance that lies between clusters, 0 to 1.
        source: what it was fitted on.
    """

    dim: int
    mean: float
    exponent: float
    decay: float
    between: float
    source: str

    def eigenvalues(self) -> NDArray[np.float64]:
        """Return the variances along the principal directions, descending, shape (dim,); sum 1 - mean**2."""
        rank = np.arange(1, self.dim + 1, dtype=np.float64)
        shape = rank**-self.exponent * np.exp(-self.decay * rank)
        variances: NDArray[np.float64] = shape / shape.sum() * (1.0 - self.mean**2)
        return variances

    @staticmethod
    def clusters(rows: int) -> int:
        """Return how many clusters a cloud of so many rows has: the square root, at least one."""
        return max(1, isqrt(rows))


CLIP = Spectrum(
    dim=512,
    mean=0.7221,
    exponent=0.7461,
    decay=0.004591,
    between=0.4,
    source="fitted on 1,000 photos (Flickr8k) by CLIP ViT-B/32",
)
"""What is generated where no file is named; `fit_spectrum` of those vectors gives these numbers."""


def fit_spectrum(vectors: NDArray[np.floating], source: str, seed: int = 0) -> Spectrum:
    """Fit the five numbers to vectors.

    Exponent and decay are fitted by least squares on the logarithms of the first half of the eigenvalues that
    the rows determine: the small ones of few rows are too small. The share between clusters is the one whose
    generated cloud of as many rows has the median nearest-neighbour cosine of the rows.

    Args:
        vectors: shape (n, dim), n >= 16; scaled to unit length here.
        source: named in the result.
        seed: of the sample and of the clouds that are compared.

    Raises:
        SourceError: fewer than 16 rows.
    """
    if len(vectors) < 16:
        raise SourceError(f"a spectrum needs at least 16 rows, {source} has {len(vectors)}")
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:FIT_ROWS]
    rows = unit_rows(np.asarray(vectors)[np.sort(chosen)])
    n, dim = rows.shape
    mean = float(np.linalg.norm(rows.mean(axis=0, dtype=np.float64)))
    values = np.linalg.eigvalsh(np.cov(rows.T.astype(np.float64)))[::-1][: max(4, min(n - 1, dim) // 2)]
    rank = np.arange(1, len(values) + 1)
    terms = np.column_stack([np.ones(len(values)), -np.log(rank), -rank.astype(np.float64)])
    (_, exponent, decay), *_ = np.linalg.lstsq(terms, np.log(np.maximum(values, 1e-12)), rcond=None)
    wanted = _neighbour_cosine(rows)

    def miss(share: float) -> float:
        cloud = Spectrum(dim, mean, float(exponent), max(0.0, float(decay)), share, source)
        return abs(_neighbour_cosine(_sample(cloud, n, seed)) - wanted)

    between = min(SHARES, key=miss)
    return Spectrum(
        dim, round(mean, 4), round(float(exponent), 4), round(max(0.0, float(decay)), 6), between, source
    )


def _sample(spectrum: Spectrum, rows: int, seed: int) -> NDArray[np.float32]:
    from pinakes.bench.data.generate import Cloud  # noqa: PLC0415 - generate.py draws from a Spectrum

    return Cloud(spectrum, rows, seed).rows(0, rows)


def _neighbour_cosine(rows: NDArray[np.float32]) -> float:
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1.0)
    return float(np.median(cosines.max(axis=1)))
