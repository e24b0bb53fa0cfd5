"""From prepared pictures to features in the cache, a batch at a time."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import ImageEncoder
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import UsageError

BATCH = 64
"""Pictures that are encoded together. More gains little, and a prepared picture takes up to 600 kB. Fewer at
the beginning gain nothing: while the first ones are decoded, that occupies all cores."""


def brought_fingerprint(space: str) -> str:
    """Return the fingerprint under which the vectors that a source brought for a space are stored."""
    return f"vector:{space}"


class FeatureBatches:
    """Collects prepared pictures, and encodes and stores those that the cache lacks, a batch at a time.

    At no time does it hold more than one batch per encoder, however many pictures pass through.

    Attributes:
        made: features that were made.
        found: features that the cache had already, made from the same bytes elsewhere or before.
    """

    def __init__(self, encoders: Mapping[str, ImageEncoder], cache: FeatureCache) -> None:
        self._encoders = encoders
        self._cache = cache
        self._waiting: dict[str, dict[str, NDArray[np.generic]]] = {name: {} for name in encoders}
        self._at_once = BATCH
        self.made = 0
        self.found = 0

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
        waiting, encoder = self._waiting[name], self._encoders[name]
        if not waiting:
            return
        lacking = self._cache.missing(waiting, encoder.fingerprint)
        new = {digest: prepared for digest, prepared in waiting.items() if digest in lacking}
        if new:
            rows = self._encode(encoder, list(new.values()))
            self._cache.put_many(dict(zip(new, rows, strict=True)), encoder.fingerprint)
        self.made += len(new)
        self.found += len(waiting) - len(new)
        waiting.clear()

    def _encode(self, encoder: ImageEncoder, prepared: list[NDArray[np.generic]]) -> NDArray[np.generic]:
        """Encode pictures; half as many at a time, from now on, whenever memory runs out.

        Raises:
            UsageError: there is not enough memory for one.
        """
        parts: list[NDArray[np.generic]] = []
        start = 0
        while start < len(prepared):
            now = prepared[start : start + self._at_once]
            try:
                part = encoder.encode_images(now)
            except MemoryError as error:
                if len(now) == 1:
                    raise UsageError(
                        f"there is not enough memory to encode even one picture with {encoder.name}; "
                        "choose a smaller model (`pinakes encoders list`)"
                    ) from error
                self._at_once = len(now) // 2
                continue
            parts.append(part)
            start += len(part)
        return np.concatenate(parts)
