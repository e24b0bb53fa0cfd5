"""From prepared pictures to features in the cache, a batch at a time."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import ImageEncoder
from pinakes.encoders.cache.base import FeatureCache

BATCH = 64
"""Pictures that are encoded together. More gains little, and a prepared picture takes up to 600 kB."""


def brought_fingerprint(space: str) -> str:
    """Return the fingerprint under which the vectors that a source brought for a space are stored."""
    return f"vector:{space}"


class FeatureBatches:
    """Collects prepared pictures, and encodes and stores them when there are enough of them.

    At no time does it hold more than one batch per encoder, however many pictures pass through.
    """

    def __init__(self, encoders: Mapping[str, ImageEncoder], cache: FeatureCache) -> None:
        self._encoders = encoders
        self._cache = cache
        self._waiting: dict[str, dict[str, NDArray[np.generic]]] = {name: {} for name in encoders}

    def add(self, digest: str, prepared: Mapping[str, NDArray[np.generic]]) -> None:
        """Take one picture.

        Args:
            digest: sha256 of the file's bytes.
            prepared: what each encoder's preparer made of it, by the encoder's name here.
        """
        for name, waiting in self._waiting.items():
            waiting[digest] = prepared[name]
            if len(waiting) >= BATCH:
                self._flush(name)

    def flush(self) -> None:
        """Encode and store whatever waits; all features of all pictures so far are in the cache then."""
        for name in self._waiting:
            self._flush(name)

    def _flush(self, name: str) -> None:
        waiting = self._waiting[name]
        if waiting:
            encoder = self._encoders[name]
            rows = encoder.encode_images(list(waiting.values()))
            self._cache.put_many(dict(zip(waiting, rows, strict=True)), encoder.fingerprint)
            waiting.clear()
