"""A dry run on a few pictures: how fast it goes, how much it takes, and whether the vectors are any good."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import EncoderFamily
from pinakes.errors import GateError
from pinakes.ingest.copies import small_copies
from pinakes.media.job import Decoded, Job
from pinakes.media.pool import DecodePool
from pinakes.snapshots.norms import NORM_TOLERANCE

ROW_BYTES = 900
"""What a picture takes on the disk beside features and vectors: catalogue, tables and words."""

LEAST_APART = 0.02
"""By how much the mean cosine of copies to their own pictures must exceed that to the others. Vectors that do
not come from the pixels have 0; 20 photos have 0.3 and more with every encoder that was tried."""

ALIKE = 0.9
"""Mean cosine to other pictures from which on the pictures themselves may be nearly the same."""


@dataclass(frozen=True, slots=True)
class EncoderSample:
    """What one encoder made of the sample.

    Attributes:
        encoder: its name.
        dim: length of its vectors.
        norms: shortest and longest vector.
        own: mean cosine of re-encoded copies to their own pictures.
        others: mean cosine of these copies to the other pictures.
        problems: why its vectors are of no use, in words.
    """

    encoder: str
    dim: int
    norms: tuple[float, float]
    own: float | None
    others: float | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the sample shows of the whole.

    Attributes:
        pictures: number of pictures that were decoded and encoded.
        refused: number of those that could not be decoded.
        rate: pictures a second, decoding and encoding together.
        bytes: on the disk for one picture.
        encoders: one entry for each.
    """

    pictures: int
    refused: int
    rate: float
    bytes: int
    encoders: tuple[EncoderSample, ...]

    def seconds(self, pictures: int) -> float:
        """Return about how long so many pictures take."""
        return pictures / self.rate if self.rate else 0.0

    def megabytes(self, pictures: int) -> float:
        """Return about how much so many pictures take on the disk, in units of 10**6 bytes."""
        return pictures * self.bytes / 1e6

    def note(self, pictures: int) -> str:
        """Return one line for people."""
        return (
            f"tried on {self.pictures} pictures: {self.rate:,.0f} pictures/s; {pictures:,} take about "
            f"{duration(self.seconds(pictures))} and {self.megabytes(pictures):,.0f} MB on disk"
        )

    def raise_problems(self) -> None:
        """Refuse to go on with vectors that are of no use.

        Raises:
            GateError: names each encoder and what is wrong with its vectors.
        """
        failures = [f"sample.{e.encoder}: {problem}" for e in self.encoders for problem in e.problems]
        if failures:
            raise GateError(failures)


def rehearse(paths: Sequence[Path], families: Mapping[str, EncoderFamily]) -> Rehearsal:
    """Decode and encode a few pictures as an ingest would; nothing is stored.

    Args:
        paths: of the pictures.
        families: the encoders, by name.

    Raises:
        SettingsError: an encoder cannot be opened.
    """
    encoders = {name: family.features for name, family in families.items()}
    preparers = {name: encoder.preparer for name, encoder in encoders.items()}
    sides = {name: encoder.decode_size for name, encoder in encoders.items()}
    with DecodePool(preparers, sides) as pool:
        if paths:  # the first one starts the workers and opens the models
            for _, answer in pool.run([Job(0, paths[0])]):
                if isinstance(answer, Decoded):
                    _encode(answer, families)
        begun = time.monotonic()
        answers = [answer for _, answer in pool.run(Job(n, path) for n, path in enumerate(paths))]
        decoded = list({a.sha256: a for a in answers if isinstance(a, Decoded)}.values())
        features = {
            name: encoder.encode_images([each.prepared[name] for each in decoded])
            for name, encoder in encoders.items()
            if decoded
        }
        seconds = time.monotonic() - begun
        copies = [_prepared_copy(pool, copy) for copy in small_copies(paths)] if decoded else []
    known = {each.sha256: row for row, each in enumerate(decoded)}
    pairs = [
        (known[answer.sha256], copy)
        for answer, copy in zip(answers, copies, strict=False)
        if isinstance(answer, Decoded) and copy is not None
    ]
    found = tuple(_judge(name, families[name], rows, decoded, pairs) for name, rows in features.items())
    size = sum(rows[0].nbytes for rows in features.values()) + sum(2 * e.dim for e in found)
    return Rehearsal(
        pictures=len(decoded),
        refused=sum(not isinstance(answer, Decoded) for answer in answers),
        rate=len(answers) / seconds if decoded else 0.0,
        bytes=ROW_BYTES + size,
        encoders=found,
    )


def duration(seconds: float) -> str:
    """Return a duration for people, such as ``12 s``, ``7 min`` or ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def _encode(answer: Decoded, families: Mapping[str, EncoderFamily]) -> None:
    for name, family in families.items():
        family.features.encode_images([answer.prepared[name]] * 2)


def _prepared_copy(pool: DecodePool, copy: bytes | None) -> Mapping[str, NDArray[Any]] | None:
    return None if copy is None else pool.decode_one(copy).prepared


def _judge(
    name: str,
    family: EncoderFamily,
    features: NDArray[Any],
    decoded: Sequence[Decoded],
    copies: Sequence[tuple[int, Mapping[str, NDArray[Any]]]],
) -> EncoderSample:
    """Look at the vectors of one encoder: shape, numbers, lengths, and whether they come from the pixels."""
    encoder = family.features
    fitted = family.fit(features)
    vectors = fitted.project(features)
    if vectors.shape != (len(decoded), fitted.dim):
        wrong = f"gave the shape {vectors.shape} for {len(decoded)} pictures, {fitted.dim} numbers each"
        return EncoderSample(name, fitted.dim, (0.0, 0.0), None, None, (wrong,))
    if not np.isfinite(vectors).all():
        return EncoderSample(name, fitted.dim, (0.0, 0.0), None, None, ("some numbers are NaN or infinite",))
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    norms = float(lengths.min()), float(lengths.max())
    problems = []
    if max(1 - norms[0], norms[1] - 1) > NORM_TOLERANCE:
        problems.append(f"lengths are {norms[0]:.3f} to {norms[1]:.3f}, of unit vectors 1")
    alone = fitted.project(encoder.encode_images([decoded[0].prepared[name]]))
    if alone[0].tobytes() != vectors[0].tobytes():
        problems.append("a picture has another vector alone than among others")
    own = others = None
    if len(copies) > 1 and len(decoded) > 1:
        rows = np.array([row for row, _ in copies])
        made = fitted.project(encoder.encode_images([prepared[name] for _, prepared in copies]))
        cosines = made @ vectors.T
        mine = cosines[np.arange(len(rows)), rows]
        own = float(mine.mean())
        others = float((cosines.sum() - mine.sum()) / (cosines.size - len(rows)))
        if others < ALIKE and own - others < LEAST_APART:
            problems.append(
                f"a resized copy is no nearer to its picture (mean cosine {own:.3f}) than to any other "
                f"({others:.3f}): the vectors do not come from the pictures"
            )
    if len(vectors) > 1 and (vectors == vectors[0]).all():
        problems.append("every picture has the same vector")
    return EncoderSample(name, fitted.dim, norms, own, others, tuple(problems))
