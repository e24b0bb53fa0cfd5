"""The gate against vectors that no encoder made: random ones that stand for a model that never ran."""

import numpy as np
from numpy.typing import NDArray

from pinakes.ingest.gates.verdict import not_applicable, verdict
from pinakes.snapshots.manifest import GateResult

FEWEST = 200
"""Below this many rows, chance decides."""

FEWEST_DIMS = 16
"""Below this many dimensions a sphere is so crowded that whitened thumbnails of real pictures look random
(measured: at 8 dimensions, no more at 16)."""

SAMPLE = 1_000
"""Rows looked at: cosines of all pairs are computed, so that the cost is bounded whatever the collection."""

SPHERES = 8
"""Simulated spheres: enough for a mean and a spread of each statistic."""

DEVIATIONS = 5.0
"""How many standard deviations of the simulation still count as a match."""

SLACK = 0.03
"""Relative difference that counts as a match besides. Other random fills than the normal one, and rounding to
float16, move spread and nearest-neighbour cosine by up to 2 %. Half-whitened thumbnails of clothing and coins
(200 to 1,000 rows, 16 to 256 dimensions) were at least 3.8 allowances off in one of the two, fully whitened
ones at least 1.7."""

MEAN_SLACK = 0.1
"""The same for the length of the mean, as a part of 1 / sqrt(n), its size for n random unit vectors."""


def synthetic(space: str, vectors: NDArray[np.generic]) -> GateResult:
    """Fail vectors that cannot be told from random ones.

    Three statistics of a sample are compared with those of simulated uniform spheres of the same n and d:
    length of the mean, spread of the cosines, and median cosine to the nearest neighbour. Random vectors
    match all three, and real ones have neighbours far closer. The comparison is made a second time after the
    mean was taken off, because random numbers that are all positive lie around a long mean. The sphere is
    simulated by normalised Gaussians (Muller, Communications of the ACM 2(4), 1959) from a fixed seed.

    Args:
        space: name of the space.
        vectors: as stored, float16 or float32 of shape (n, dim).

    Returns:
        ``value`` is the median nearest-neighbour cosine in the sample, ``limit`` that of the spheres.
    """
    gate = f"synthetic.{space}"
    sample = _usable_sample(vectors)
    n, dim = sample.shape
    if n < FEWEST or dim < FEWEST_DIMS:
        reason = f"not measured: {n} usable vectors of {dim} dimensions, needed are {FEWEST} of {FEWEST_DIMS}"
        return not_applicable(gate, reason, n)
    rng = np.random.default_rng(0)
    spheres = [_unit(rng.standard_normal((n, dim), dtype=np.float32)) for _ in range(SPHERES)]
    found = _statistics(sample)
    simulated = np.array([_statistics(sphere) for sphere in spheres])
    centred = np.array([_statistics(_centred(sphere)) for sphere in spheres])
    random = _match(found, simulated, n) or _match(_statistics(_centred(sample)), centred, n)
    nearest, on_sphere = float(found[2]), float(simulated[:, 2].mean())
    detail = (
        f"median cosine to the nearest of {n} is {nearest:.3f}, of random vectors {on_sphere:.3f}"
        f"{'; mean and spread are those of random vectors too' if random else ''}"
    )
    return verdict(gate, not random, detail, n=n, value=nearest, limit=on_sphere)


def _usable_sample(vectors: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return up to SAMPLE unit rows, without those that are not finite or zero: other gates report these."""
    chosen = np.arange(len(vectors))
    if len(vectors) > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).choice(len(vectors), SAMPLE, replace=False))
    rows = vectors[chosen].astype(np.float32)
    usable = np.isfinite(rows).all(axis=1) & rows.any(axis=1)
    return _unit(rows[usable])


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def _centred(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return _unit(rows - rows.mean(axis=0))


def _statistics(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return length of the mean, standard deviation of the cosines of pairs, median cosine to the nearest."""
    cosines = rows @ rows.T
    pairs = len(rows) * (len(rows) - 1)
    np.fill_diagonal(cosines, 0.0)
    mean = cosines.sum(dtype=np.float64) / pairs
    spread = np.sqrt(max(np.square(cosines).sum(dtype=np.float64) / pairs - mean**2, 0.0))
    np.fill_diagonal(cosines, -np.inf)
    # The median, so that a few repeated vectors among random ones do not hide them.
    nearest = np.median(cosines.max(axis=1))
    return np.array([np.linalg.norm(rows.mean(axis=0)), spread, nearest], dtype=np.float64)


def _match(found: NDArray[np.float64], simulated: NDArray[np.float64], n: int) -> bool:
    expected, deviation = simulated.mean(axis=0), simulated.std(axis=0)
    slack = np.array([MEAN_SLACK / np.sqrt(n), SLACK * expected[1], SLACK * expected[2]])
    return bool(np.all(np.abs(found - expected) <= DEVIATIONS * deviation + slack))
