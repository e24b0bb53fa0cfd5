"""What a feature cache is: arrays by content and by what made them."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from numpy.typing import NDArray


class FeatureCache(Protocol):
    """Features by (sha256 of what they were made from, fingerprint of what made them)."""

    def missing(self, contents: Collection[str], fingerprint: str) -> set[str]:
        """Return those of the contents that have no features of this fingerprint."""
        ...

    def get_many(self, contents: Collection[str], fingerprint: str) -> dict[str, NDArray[Any]]:
        """Return the features that are there, by content, with the dtype and shape they were put with."""
        ...

    def put_many(self, features: Mapping[str, NDArray[Any]], fingerprint: str) -> None:
        """Store features by content: all or none, safe on the disk when this returns.

        A content that has features of this fingerprint keeps them.
        """
        ...

    def count(self, fingerprint: str) -> int:
        """Return how many features of a fingerprint there are."""
        ...

    def drop(self, fingerprint: str) -> int:
        """Remove all features of a fingerprint, and return how many there were."""
        ...

    def close(self) -> None:
        """Close it; it is not used afterwards."""
        ...
