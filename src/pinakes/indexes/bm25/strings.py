"""Many sorted strings in two arrays, to be mapped into memory and searched where they lie."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Behind every string that begins with a prefix: no character in UTF-8 begins with this byte.
_BEHIND = b"\xff"


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """Strings in the order of their code points, which is that of the bytes of UTF-8.

    Attributes:
        data: uint8: the strings in UTF-8, one after the other.
        offsets: int64 of shape (n + 1,): string i is ``data[offsets[i]:offsets[i + 1]]``.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    @staticmethod
    def of(ordered: Sequence[str]) -> "Strings":
        """Store strings that are sorted."""
        encoded = [string.encode() for string in ordered]
        return Strings(
            data=np.frombuffer(b"".join(encoded), dtype=np.uint8),
            offsets=np.cumsum([0, *map(len, encoded)], dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._bytes(number).decode()

    def find(self, string: str) -> int | None:
        """Return the number of a string, or None."""
        wanted = string.encode()
        number = self._first(wanted)
        return number if number < len(self) and self._bytes(number) == wanted else None

    def starting_with(self, prefix: str) -> range:
        """Return the numbers of the strings that begin with a prefix."""
        wanted = prefix.encode()
        return range(self._first(wanted), self._first(wanted + _BEHIND))

    def _first(self, wanted: bytes) -> int:
        # Python's own views of both arrays: NumPy takes three times as long for an element or a slice.
        data, offsets = self.data.data, self.offsets.data

        def string(number: int) -> bytes:
            return bytes(data[offsets[number] : offsets[number + 1]])

        return bisect_left(range(len(self)), wanted, key=string)

    def _bytes(self, number: int) -> bytes:
        return self.data[self.offsets[number] : self.offsets[number + 1]].tobytes()
