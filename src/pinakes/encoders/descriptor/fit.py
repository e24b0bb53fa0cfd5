"""Fitting the projection: principal components of a collection, each kind of measurement given equal say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.descriptor.features import BLOCKS, LENGTH
from pinakes.encoders.descriptor.projection import Projection, quantise

SAMPLE = 16_384
"""Pictures that are looked at; the covariance of more hardly differs."""

FEW = 1_024
"""Pictures up to which the covariance is not written out: products with it take less time so."""

_CHUNK = 256
"""Rows of uint8 whose sums of products stay below 2**24, where single precision adds whole numbers
exactly."""


_Product: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A symmetric matrix of shape (LENGTH, LENGTH), as what it makes of directions, shape (LENGTH, m)."""


@dataclass(frozen=True, slots=True)
class FitParameters:
    """How a projection is fitted.

    Attributes:
        dim: length of the vectors.
        whitening: components are scaled by their variance to the power of minus this: 0 leaves plain
            principal components, 0.5 makes all of them equal.
        prior: pictures that the prior counts for: no mean, and the same variance in every direction of a
            block. It decides for a collection of one picture, and hardly counts for one of a thousand.
        oversampling: directions followed beyond ``dim``, so that the last ones kept are right.
        rounds: power iterations.
        seed: of the random start.
    """

    dim: int = 512
    whitening: float = 0.1
    prior: float = 32.0
    oversampling: int = 64
    rounds: int = 2
    seed: int = 20_260_101


DEFAULT_FIT = FitParameters()


def fit_projection(features: NDArray[np.uint8], parameters: FitParameters) -> Projection:
    """Fit a projection on the features of a collection.

    Blocks are weighted so that the covariance of each has Frobenius norm 1: no kind of measurement dominates
    the cosine because it has more numbers or larger ones (multiple factor analysis, Escofier and Pages,
    Computational Statistics & Data Analysis 18, 1994, which takes the spectral norm). Mean and covariance
    are shrunk towards a prior (Ledoit and Wolf, Journal of Multivariate Analysis 88, 2004, with a fixed
    number of pseudo-observations), so that 0, 1, 2 or a thousand identical pictures are no special cases.
    Components come from randomised subspace iteration (Halko, Martinsson and Tropp, SIAM Review 53, 2011):
    its random start fills what the collection leaves open with directions that see every feature.

    Args:
        features: uint8 of shape (n, LENGTH), in any order: sums are exact. Above `SAMPLE` rows, evenly
            spaced ones are taken.
    """
    picked = features if len(features) <= SAMPLE else features[_evenly(len(features), SAMPLE)]
    if len(picked) <= FEW:
        mean, weights, covariance = _by_rows(picked, parameters.prior)
    else:
        mean, weights, covariance = _by_moments(picked, parameters.prior)
    variances, components = _principal(covariance, parameters)
    matrix = quantise(weights[:, None] * components * variances**-parameters.whitening)
    return Projection(matrix, mean @ matrix.astype(np.float64), len(picked))


def _by_moments(
    features: NDArray[np.uint8], prior: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], _Product]:
    """Return the mean, the weight of each feature, and the weighted covariance, which is written out."""
    mean, covariance = _moments(features, prior)
    weights = _block_weights(covariance)
    covariance *= weights  # in place: it is the largest thing here, 100 MB
    covariance *= weights[:, None]
    return mean, weights, covariance.__matmul__


def _by_rows(
    features: NDArray[np.uint8], prior: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], _Product]:
    """Return the same without the covariance, of which a few pictures fill only a few directions.

    With the centred rows C and the variance p of the prior, it is (C'C + diag(p)) / count. Within a block p
    is one number and C'C has the Frobenius norm of CC', so that all comes from the rows alone.
    """
    # Sorted: sums over centred rows are not exact, and the order in which pictures come must not count.
    rows = features[np.lexsort(features.T[::-1])].astype(np.float64)
    sums, count = rows.sum(axis=0), len(rows) + prior
    rows -= sums / max(len(rows), 1)
    variance = prior * _prior_variance()
    weights = np.empty(LENGTH)
    for block in _blocks():
        grams, flat = rows[:, block] @ rows[:, block].T, variance[block]
        square = np.square(grams).sum() + 2 * flat[0] * np.trace(grams) + np.square(flat).sum()
        weights[block] = np.sqrt(count / np.sqrt(square))

    def covariance(directions: NDArray[np.float64]) -> NDArray[np.float64]:
        weighted = weights[:, None] * directions
        product = rows.T @ (rows @ weighted) + variance[:, None] * weighted
        product *= weights[:, None] / count
        return product

    return sums / count, weights, covariance


def _evenly(count: int, wanted: int) -> NDArray[np.intp]:
    return np.linspace(0, count - 1, wanted).astype(np.intp)


def _moments(features: NDArray[np.uint8], prior: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shrunk mean, shape (LENGTH,), and covariance, shape (LENGTH, LENGTH)."""
    count = len(features)
    sums = np.zeros(LENGTH)
    products = np.zeros((LENGTH, LENGTH))
    for start in range(0, count, _CHUNK):
        chunk = features[start : start + _CHUNK].astype(np.float32)
        sums += chunk.sum(axis=0)
        products += chunk.T @ chunk
    products -= np.outer(sums, sums) / max(count, 1)
    products[np.diag_indices(LENGTH)] += prior * _prior_variance()
    return sums / (count + prior), products / (count + prior)


def _prior_variance() -> NDArray[np.float64]:
    """Return the variance of each feature before any picture has been seen.

    A block scaled to unit root mean square has the energy (255 / peak)**2 in each feature; a quarter of it
    is taken to vary between pictures, the rest to be common to all. A block of plain values is taken to
    spread over a quarter of its range.
    """
    return np.concatenate([np.full(block.length, (255.0 / block.peak) ** 2 / 4.0) for block in BLOCKS])


def _blocks() -> Iterator[slice]:
    start = 0
    for block in BLOCKS:
        yield slice(start, start + block.length)
        start += block.length


def _block_weights(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of each feature: that which gives its block's covariance the Frobenius norm 1."""
    weights = np.empty(LENGTH)
    for block in _blocks():
        weights[block] = 1.0 / np.sqrt(np.linalg.norm(covariance[block, block]))
    return weights


def _principal(
    covariance: _Product, parameters: FitParameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest variances, shape (dim,), and their directions, shape (LENGTH, dim), signs fixed."""
    start = np.random.default_rng(parameters.seed).standard_normal(
        (LENGTH, parameters.dim + parameters.oversampling)
    )
    basis, _ = np.linalg.qr(start)
    for _ in range(parameters.rounds):
        basis, _ = np.linalg.qr(covariance(basis))
    variances, rotation = np.linalg.eigh(basis.T @ covariance(basis))
    components = basis @ rotation[:, ::-1][:, : parameters.dim]
    peaks = np.abs(components).argmax(axis=0)
    signs = np.sign(components[peaks, np.arange(parameters.dim)])
    return variances[::-1][: parameters.dim], components * signs
