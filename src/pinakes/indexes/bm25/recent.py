"""What was used lately is kept; what was not is forgotten."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class Recent(Generic[Key, Kept]):
    """A mapping of limited size; threads may share it. With a capacity of 0 it keeps nothing."""

    def __init__(self, capacity: int) -> None:
        """Take the sum of the sizes of what is kept at most."""
        self._capacity = capacity
        self._held = 0
        self._entries: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """Return what is kept for a key, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Key, value: Kept, size: int = 1) -> None:
        """Keep something, unless it is larger than all room; what was not used for longest makes room.

        Args:
            size: in the unit of the capacity, such as bytes; 1 where entries are counted.
        """
        with self._lock:
            _, before = self._entries.pop(key, (None, 0))
            self._held -= before
            if size > self._capacity:
                return
            self._entries[key] = value, size
            self._held += size
            while self._held > self._capacity:
                _, (_, gone) = self._entries.popitem(last=False)
                self._held -= gone
