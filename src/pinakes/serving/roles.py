"""What a visitor may do."""

from enum import IntEnum


class Role(IntEnum):
    """Roles in order: each may do all that the ones before it may.

    Attributes:
        NOBODY: ask whether the service is alive.
        VISITOR: search, look at items and pictures, send feedback; slowed down by address.
        SEARCH: the same without being slowed down, and see which releases there are.
        WRITE: change items.
        ADMIN: move refs, read metrics.
    """

    NOBODY = 0
    VISITOR = 1
    SEARCH = 2
    WRITE = 3
    ADMIN = 4
