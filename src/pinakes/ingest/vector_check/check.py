"""Looking at a file of vectors: every row once, and samples for what is dear."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import SourceError
from pinakes.ingest.gates.synthetic import synthetic
from pinakes.ingest.progress import Report, silent
from pinakes.ingest.vector_check.every_row import UNIT_TOLERANCE, RowFacts, count_rows
from pinakes.ingest.vector_check.factory import measure_loss
from pinakes.ingest.vector_check.neighbours import Neighbours, count_hubs, nearest, shared
from pinakes.ingest.vector_check.report import Finding, Histogram, Level, VectorReport
from pinakes.ingest.vector_check.structure import SMALLEST, measure_spread, split_in_two
from pinakes.sources.npy import open_vectors

ROWS = 100_000
"""Rows that neighbours are looked for among: 200 MB at 512 dimensions."""

QUERIES = 500
"""Rows whose neighbours are looked up: recall is then known to about 0.01."""

CLOUD = 5_000
"""Rows whose neighbours are all counted, and whose spread is measured."""

FEWEST = 100
"""Rows below which nothing but counts is said."""

NAMED = 5
"""Rows with one trouble that are named."""

NEAR = 0.999
"""Cosine from which two different vectors are near duplicates."""

SKEWED = 2.0
"""Skewness of the ten-occurrence above which hubs are spoken of."""

FOREIGN = 0.2
"""Common variance, and cosine of the means, below which two parts are those of two encoders. Measured on CLIP
vectors of 1,000 photos and 99 products: photos alone 0.48 and 0.85, pictures and texts of one model 0.40 and
0.06, photos with half of them rotated 0.07 and 0.03, the two sets, of different origin, 0.07 and 0.00."""

BINS = 40


@dataclass(frozen=True, slots=True)
class _Sample:
    """Usable rows, scaled to length 1, with the neighbours of some of them.

    Attributes:
        rows: float32 of shape (n, dim).
        queries: which of them were looked up.
        exact: their neighbours.
    """

    rows: NDArray[np.float32]
    queries: NDArray[np.int64]
    exact: Neighbours


def check_vectors(path: Path, index: str | None = None, report: Report = silent) -> VectorReport:
    """Look at anyone's vectors.

    Memory is bounded: every row is read once in blocks, all else is measured on samples that the report
    names.

    Args:
        path: a ``.npy`` file with one vector in each row.
        index: a string of FAISS's index factory, such as ``IVF256,PQ32``, whose recall is measured.
        report: told how far it is.

    Raises:
        SourceError: the file is no matrix of numbers, or is empty.
        UsageError: FAISS cannot build that index.
    """
    vectors = open_vectors(path)
    if not len(vectors):
        raise SourceError(f"{path} holds no vectors")
    steps = 5 + (index is not None)
    report("rows", 0, steps)
    facts = count_rows(vectors)
    findings = [*_row_findings(facts)]
    samples: dict[str, int] = {}
    histograms = [_histogram("length of the vectors", facts.norms[np.isfinite(facts.norms)])]
    usable = facts.usable
    if len(usable) >= FEWEST:
        report("neighbours", 1, steps)
        sample = _take(vectors, usable)
        samples = {
            "neighbours": len(sample.queries),
            "among": len(sample.rows),
            "spread": min(CLOUD, len(usable)),
        }
        histograms.append(_histogram("cosine to the nearest other", sample.exact.cosines[:, 0]))
        findings += [_near(sample), _half(sample)]
        report("hubs", 2, steps)
        cloud = sample.rows[_evenly(len(sample.rows), CLOUD)]
        findings.append(_hubs(cloud))
        report("spread", 3, steps)
        findings += _cloud_findings(cloud)
        report("mixture", 4, steps)
        findings += [_mixed(cloud, facts), _random(path.stem, sample.rows)]
        if index is not None:
            report("index", 5, steps)
            findings.append(_index(index, sample))
    else:
        findings.append(
            Finding(
                "neighbours", Level.UNKNOWN, f"what compares vectors takes {FEWEST}: here are {len(usable)}"
            )
        )
    report("done", steps, steps)
    rank = [Level.BAD, Level.NOTE, Level.UNKNOWN, Level.GOOD]
    return VectorReport(
        name=path.name,
        rows=len(vectors),
        dim=vectors.shape[1],
        dtype=str(vectors.dtype),
        megabytes=round(vectors.nbytes / 1e6, 1),
        samples=samples,
        findings=tuple(sorted(findings, key=lambda finding: rank.index(finding.level))),
        histograms=tuple(histograms),
    )


def _take(vectors: NDArray[np.generic], usable: NDArray[np.int64]) -> _Sample:
    chosen = usable[_evenly(len(usable), ROWS)]
    rows = np.empty((len(chosen), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(chosen), 20_000):
        block = np.asarray(vectors[chosen[start : start + 20_000]], dtype=np.float64)
        rows[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    queries = _evenly(len(rows), QUERIES)
    return _Sample(rows, queries, nearest(rows, queries))


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    """Return at most so many row numbers, spread over all of them without the steps of a grid."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))


def _row_findings(facts: RowFacts) -> Iterator[Finding]:
    total = len(facts.norms)
    advice = "remove these rows, or make them again"
    yield _counted(facts.broken, total, Finding("not finite", Level.BAD, "hold NaN or an infinity", advice))
    advice = "remove them: nothing finds them"
    yield _counted(facts.zero, total, Finding("zero", Level.BAD, "have no direction", advice))
    advice = "keep one of each, or expect copies to fill the first page"
    copies = Finding("exact duplicates", Level.NOTE, "are exact copies of another row", advice)
    yield _counted(facts.repeated, total, copies)
    norms = facts.norms[facts.usable]
    if not len(norms):
        return
    low, middle, high = (float(np.quantile(norms, q)) for q in (0.0, 0.5, 1.0))
    said = f"lengths {low:.4g} to {high:.4g}, median {middle:.4g}"
    if max(abs(low - 1), abs(high - 1)) <= UNIT_TOLERANCE:
        yield Finding("lengths", Level.GOOD, f"{said}: normalised")
    else:
        scaled = "scale each to length 1, or inner products rank long vectors first; Pinakes does it"
        yield Finding("lengths", Level.NOTE, f"{said}: not normalised", scaled)


def _counted(rows: NDArray[np.int64], total: int, trouble: Finding) -> Finding:
    """Return the trouble with the share of rows that have it, and which they are, or that none has."""
    if not len(rows):
        return Finding(trouble.name, Level.GOOD, f"none of {total:,} rows")
    named = ", ".join(map(str, rows[:NAMED].tolist())) + (", ..." if len(rows) > NAMED else "")
    share = f"{len(rows):,} of {total:,} rows ({len(rows) / total:.2%}) {trouble.found}"
    return replace(trouble, found=f"{share}: {named} (the first row is 0)")


def _near(sample: _Sample) -> Finding:
    share = float((sample.exact.cosines[:, 0] >= NEAR).mean())
    said = f"{share:.1%} of the rows have another at a cosine of {NEAR} or more"
    if share < 0.01:
        return Finding("near duplicates", Level.GOOD, said)
    advice = "collapse them in answers, and keep them out of splits"
    return Finding("near duplicates", Level.NOTE, said, advice)


def _half(sample: _Sample) -> Finding:
    rounded = sample.rows.astype(np.float16).astype(np.float32)
    kept = shared(nearest(rounded, sample.queries).rows, sample.exact.rows)
    said = f"recall@10 {kept:.4f} with 16 bits a number"
    if kept >= 0.99:
        return Finding("half precision", Level.GOOD, f"{said}: half the size costs next to nothing")
    return Finding("half precision", Level.NOTE, said, 'keep 32 bits (`dtype = "float32"`)')


def _hubs(cloud: NDArray[np.float32]) -> Finding:
    hubs = count_hubs(nearest(cloud, np.arange(len(cloud))).rows, len(cloud))
    said = (
        f"skewness {hubs.skewness:.2f}; {hubs.never:.1%} of the rows are among nobody's ten nearest, "
        f"one is among those of {hubs.most}"
    )
    if hubs.skewness <= SKEWED:
        return Finding("hubness", Level.GOOD, said)
    return Finding("hubness", Level.NOTE, said, "take the mean off and normalise again, then look once more")


def _cloud_findings(cloud: NDArray[np.float32]) -> Iterator[Finding]:
    spread = measure_spread(cloud)
    dim = cloud.shape[1]
    said = (
        f"{spread.effective:.1f} of {dim}; 95 % of the variance in {spread.components} principal components; "
        f"the mean has length {spread.mean:.2f}"
    )
    if spread.dead:
        said += f"; {spread.dead} columns never change"
    if spread.dead or spread.effective < min(5, dim / 4):
        advice = "look for columns of padding, or a model that collapsed"
        yield Finding("effective dimension", Level.NOTE, said, advice)
    else:
        yield Finding("effective dimension", Level.GOOD, said)


def _mixed(cloud: NDArray[np.float32], facts: RowFacts) -> Finding:
    mixture = split_in_two(cloud)
    norms = facts.norms[facts.usable]
    gap = _gap(norms)
    said = (
        f"the two parts it falls into most easily ({mixture.share:.0%} and {1 - mixture.share:.0%}) have "
        f"{mixture.common:.0%} of their variance in common, and means at a cosine of {mixture.means:.2f}"
    )
    advice = "find out which rows come from which model or modality, and give each a space of its own"
    if mixture.share >= SMALLEST and max(mixture.common, mixture.means) < FOREIGN:
        return Finding("mixed models", Level.BAD, f"{said}: those of two encoders", advice)
    if gap:
        return Finding("mixed models", Level.BAD, f"lengths fall into two groups: {gap}", advice)
    return Finding("mixed models", Level.GOOD, f"{said}: one encoder")


def _gap(norms: NDArray[np.float32]) -> str:
    """Return how lengths fall into two groups with nothing between them; empty where they do not."""
    ordered = np.sort(np.log(norms.astype(np.float64)))
    least = max(2, int(0.02 * len(ordered)))
    inner = ordered[least - 1 : len(ordered) - least + 1]
    if len(inner) < 2:
        return ""
    steps = np.diff(inner)
    at = int(steps.argmax())
    below, above = ordered[: least + at], ordered[least + at :]
    within = max(float(np.ptp(below)), float(np.ptp(above)), 0.01)
    if steps[at] < 3 * within:
        return ""
    sizes = f"{len(below):,} about {np.exp(np.median(below)):.3g}"
    return f"{sizes}, {len(above):,} about {np.exp(np.median(above)):.3g}"


def _random(name: str, rows: NDArray[np.float32]) -> Finding:
    gate = synthetic(name, rows)
    if gate.status == "not_applicable":
        return Finding("random vectors", Level.UNKNOWN, gate.detail)
    if gate.status == "fail":
        advice = "no model made these: look for a stub or an error that was passed over"
        return Finding("random vectors", Level.BAD, gate.detail, advice)
    return Finding("random vectors", Level.GOOD, gate.detail)


def _index(factory: str, sample: _Sample) -> Finding:
    losses = measure_loss(factory, sample.rows, sample.queries, sample.exact)
    said = ", ".join(f"{loss.recall:.3f}{f' at {loss.setting}' if loss.setting else ''}" for loss in losses)
    name = f"index {factory}"
    if max(loss.recall for loss in losses) >= 0.95:
        return Finding(name, Level.GOOD, f"recall@10 {said}")
    advice = "take more of its candidates and score them again with the vectors, or use finer codes"
    return Finding(name, Level.NOTE, f"recall@10 {said}, without scoring again", advice)


def _histogram(title: str, values: NDArray[np.floating]) -> Histogram:
    if not len(values):
        return Histogram(title, 0.0, 0.0, ())
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-6:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(values, bins=BINS, range=(low, high))
    return Histogram(title, low, high, tuple(int(count) for count in counts))
