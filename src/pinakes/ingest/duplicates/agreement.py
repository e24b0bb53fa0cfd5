"""How far two pictures are one photo: lay one over the other, and compare them place by place."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinakes.ingest.duplicates.registration import register, register_coarsely

BLOCK: Final = 12
"""Pixels of a place's side. Smaller ones are mostly noise; larger ones mix a watermark with the rest."""

TEXTURED: Final = 3.0
"""Standard deviation in grey levels from which a place has something to compare."""

FEWEST: Final = 8
"""Places that must have something to compare; of fewer nothing can be said."""

QUANTILE: Final = 0.4
"""The score is the correlation that 60 % of the places reach: a watermark or clipped lights may spoil the
others, and another photo spoils more."""

HOPELESS: Final = 0.6
"""Coarse correlation below which the fine comparison is saved."""

_NOISE: Final = 4.0
"""Variance that JPEG and rounding have; without it, nearly flat places would correlate at random."""

CLIPPED: Final = (3.0, 250.0)
"""Grey levels past which a place tells nothing of the light: it may have been cut off."""

_TOGETHER: Final = 64
_FITS: Final = 3
_FITTED: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike pairs of pictures are, float64 of shape (n,) each.

    Attributes:
        agreement: 0 to 1, rounded to four decimals: the correlation that 60 % of the places reach once the
            second picture is laid over the first; 0 where there is nothing to compare.
        light: by how many grey levels the means of half of the places differ at most, brightness and
            contrast of the whole picture aside; infinite where the pictures were not laid over each other. A
            copy has the light of its photo; the next photo from the same tripod has not.
        change: see `difference`.
    """

    agreement: NDArray[np.float64]
    light: NDArray[np.float64]
    change: NDArray[np.float64]


def compare(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Likeness:
    """Compare each pair of pictures.

    Args:
        first: renderings, uint8 of shape (n, 96, 96).
        second: renderings of the same shape.
    """
    scores, light = np.zeros(len(first)), np.full(len(first), np.inf)
    for start in range(0, len(first), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        transform, coarse = register_coarsely(first[part], second[part])
        hopeful = np.flatnonzero(coarse >= HOPELESS)
        if len(hopeful):
            fixed = first[part][hopeful]
            overlay = register(fixed, second[part][hopeful], transform[hopeful])
            scores[start + hopeful] = _agreement(fixed, overlay.warped, overlay.inside)
            light[start + hopeful] = _light(fixed, overlay.warped, overlay.inside)
    return Likeness(scores.clip(0.0, 1.0).round(4), light.round(3), difference(first, second))


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how much pairs of pictures differ as they lie, without laying one over the other.

    Args:
        first: renderings, uint8 of shape (n, 96, 96).
        second: renderings of the same shape.

    Returns:
        float64 of shape (n,): the 95th percentile over places of the difference of means, in grey levels.
    """
    means = [_blocks(pictures.astype(np.float32)).mean(axis=2) for pictures in (first, second)]
    distance: NDArray[np.float64] = np.quantile(np.abs(means[0] - means[1]), 0.95, axis=1).astype(np.float64)
    return distance


def _agreement(
    fixed: NDArray[np.uint8], warped: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    a, b = _blocks(fixed.astype(np.float32)), _blocks(warped)
    seen = _blocks(inside.astype(np.float32))
    count = np.maximum(seen.sum(axis=2, keepdims=True), 1.0)
    a = (a - (a * seen).sum(axis=2, keepdims=True) / count) * seen
    b = (b - (b * seen).sum(axis=2, keepdims=True) / count) * seen
    count = count[:, :, 0]
    variance_a, variance_b = (a * a).sum(axis=2) / count, (b * b).sum(axis=2) / count
    correlation = (a * b).sum(axis=2) / count / np.sqrt((variance_a + _NOISE) * (variance_b + _NOISE))
    comparable = (np.maximum(variance_a, variance_b) > TEXTURED**2) & (count >= BLOCK * BLOCK / 2)
    return _quantile(correlation, comparable)


def _light(
    fixed: NDArray[np.uint8], warped: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Fit one picture's places to the other's by a line or, where that fits better, by a curve."""
    a, b = _blocks(fixed.astype(np.float32)), _blocks(warped)
    low, high = CLIPPED
    whole = _blocks(inside.astype(np.float32)).min(axis=2) > 0
    clear = whole & (np.minimum(a, b).min(axis=2) >= low) & (np.maximum(a, b).max(axis=2) <= high)
    used = np.where((clear.sum(axis=1) >= FEWEST)[:, None], clear, whole)
    a, b = a.mean(axis=2, dtype=np.float64), b.mean(axis=2, dtype=np.float64)
    misfit = np.minimum(_misfit(a, b, used, degree=1), _misfit(a, b, used, degree=2))
    return np.where(used.sum(axis=1) >= FEWEST, misfit, np.inf)


def _misfit(
    a: NDArray[np.float64], b: NDArray[np.float64], used: NDArray[np.bool_], *, degree: int
) -> NDArray[np.float64]:
    """Fit each row of ``b`` by a polynomial of ``a``; return what half of the misfits do not exceed.

    Least squares, done again without the places that fit worst, such as those of a watermark.
    """
    count = np.maximum(used.sum(axis=1, keepdims=True), 1)
    centred = (a - (a * used).sum(axis=1, keepdims=True) / count) / 100.0
    powers = centred[:, :, None] ** np.arange(degree + 1)
    fitted = used
    for _ in range(_FITS):
        weighted = powers * fitted[:, :, None]
        normal = powers.transpose(0, 2, 1) @ weighted + 1e-6 * np.eye(degree + 1)
        curve = np.linalg.solve(normal, weighted.transpose(0, 2, 1) @ b[:, :, None])
        # In grey levels of ``a``, so that to darken a picture does not bring it nearer.
        misfit = np.abs(b - (powers @ curve)[:, :, 0]) / np.maximum(curve[:, 1] / 100.0, 0.3)
        fitted = used & (misfit <= _share_of(misfit, used, _FITTED)[:, None])
    return _share_of(misfit, used, 0.5)


def _share_of(values: NDArray[np.float64], valid: NDArray[np.bool_], share: float) -> NDArray[np.float64]:
    """Return the value that a share of each row's valid values does not exceed."""
    ordered = np.sort(np.where(valid, values, np.inf), axis=1)
    at = np.minimum((valid.sum(axis=1) * share).astype(np.int64), values.shape[1] - 1)
    found: NDArray[np.float64] = ordered[np.arange(len(values)), at]
    return found


def _quantile(values: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a low quantile of each row's valid values; 0 where they are too few."""
    counts = valid.sum(axis=1)
    ordered = np.sort(np.where(valid, values, np.inf), axis=1)
    at = np.minimum((counts * QUANTILE).astype(np.int64), values.shape[1] - 1)
    chosen = ordered[np.arange(len(values)), at]
    return np.where(counts >= FEWEST, chosen, 0.0).astype(np.float64)


def _blocks(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut pictures into places, shape (n, places, pixels of a place)."""
    n, side, _ = pictures.shape
    across = side // BLOCK
    cut = pictures.reshape(n, across, BLOCK, across, BLOCK).transpose(0, 1, 3, 2, 4)
    return cut.reshape(n, across * across, BLOCK * BLOCK)
