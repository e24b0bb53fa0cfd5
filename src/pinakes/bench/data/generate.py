"""Generated vectors: as many as wanted, in bounded memory, the same for a seed; always called synthetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from pinakes.bench.data.spectrum import Spectrum

CHUNK = 32_768
"""Rows that are drawn at a time: 64 MB at 512 dimensions. Part of what a seed means."""

TEXT_MEAN = 0.591
TEXT_SHIFT = 0.416
"""Of text vectors against the pictures they describe: length of their mean, share of the picture in them.

Fitted on 99 products with a picture and a text vector by CLIP ViT-B/32: cosine 0.293 with their own
picture and 0.020 with the others, which lies far outside the cloud of the pictures.
"""


class Stream(IntEnum):
    """What random numbers are drawn for; each has its own stream, so that no query is a row."""

    FRAME = 0
    CENTRES = 1
    ROWS = 2
    PICTURE_QUERIES = 3
    TEXT_QUERIES = 4


@dataclass(frozen=True)
class Cloud:
    """Generated rows and queries.

    Attributes:
        spectrum: the shape of the cloud.
        size: rows in all; decides the number of clusters.
        seed: of everything that is drawn.
    """

    spectrum: Spectrum
    size: int
    seed: int = 0

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows ``start`` to ``stop`` as unit float32; the same whatever was asked for before."""
        first, last = start // CHUNK, -(-stop // CHUNK)
        drawn = np.concatenate(
            [self._drawn(Stream.ROWS, at, min(CHUNK, self.size - at * CHUNK)) for at in range(first, last)]
        )
        return drawn[start - first * CHUNK : stop - first * CHUNK]

    def picture_queries(self, count: int) -> NDArray[np.float32]:
        """Return further draws from the same cloud: unit float32, shape (count, dim)."""
        return self._drawn(Stream.PICTURE_QUERIES, 0, count)

    def text_queries(self, count: int) -> NDArray[np.float32]:
        """Return draws that lie to the cloud as CLIP's text vectors lie to its pictures: unit float32."""
        random = self._random(Stream.TEXT_QUERIES, 0)
        mean, deviations = self._mean, np.sqrt(self.spectrum.eigenvalues())
        described = self._drawn(Stream.TEXT_QUERIES, 1, count) - mean
        own = (random.standard_normal((count, self.spectrum.dim)) * deviations) @ self._frame
        variance = 1.0 - self.spectrum.mean**2
        left = 1.0 - TEXT_MEAN**2 - TEXT_SHIFT**2 * variance
        # The mean of the texts is orthogonal to that of the pictures: measured cosine 0.06.
        texts = TEXT_MEAN * self._frame[1] + TEXT_SHIFT * described + own * np.sqrt(left / variance)
        return _unit(texts.astype(np.float32))

    def _drawn(self, stream: Stream, chunk: int, count: int) -> NDArray[np.float32]:
        random = self._random(stream, chunk)
        clusters = random.integers(0, len(self._centres), count)
        own = random.standard_normal((count, self.spectrum.dim), dtype=np.float32)
        own *= np.sqrt((1.0 - self.spectrum.between) * self.spectrum.eigenvalues()).astype(np.float32)
        rows = own @ self._frame
        rows += self._centres[clusters]
        return _unit(rows)

    def _random(self, stream: Stream, part: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, int(stream), part))

    @cached_property
    def _frame(self) -> NDArray[np.float32]:
        """Principal directions, one a row: turned at random, so that no axis is special to a quantiser."""
        square = self._random(Stream.FRAME, 0).standard_normal((self.spectrum.dim, self.spectrum.dim))
        return np.ascontiguousarray(np.linalg.qr(square)[0], dtype=np.float32)

    @cached_property
    def _mean(self) -> NDArray[np.float32]:
        direction = self._random(Stream.FRAME, 1).standard_normal(self.spectrum.dim)
        return (direction / np.linalg.norm(direction) * self.spectrum.mean).astype(np.float32)

    @cached_property
    def _centres(self) -> NDArray[np.float32]:
        count = self.spectrum.clusters(self.size)
        drawn = self._random(Stream.CENTRES, 0).standard_normal((count, self.spectrum.dim))
        scaled = drawn * np.sqrt(self.spectrum.between * self.spectrum.eigenvalues())
        return (scaled @ self._frame + self._mean).astype(np.float32)


def write_rows(cloud: Cloud, path: Path) -> Iterator[int]:
    """Write all rows as a float16 ``.npy`` and yield the number of rows written after each chunk."""
    out = open_memmap(path, mode="w+", dtype=np.float16, shape=(cloud.size, cloud.spectrum.dim))
    for start in range(0, cloud.size, CHUNK):
        stop = min(start + CHUNK, cloud.size)
        out[start:stop] = cloud.rows(start, stop)
        yield stop
    out.flush()


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
