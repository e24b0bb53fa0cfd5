"""How long work says how far it is."""

from typing import Protocol


class Report(Protocol):
    """Called every now and then from the thread that works."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Say how far a stage is.

        Args:
            stage: what is being done, such as ``pictures``.
            done: steps done so far.
            total: steps in all, or None when not known yet.
        """
        ...


def silent(stage: str, done: int, total: int | None) -> None:
    """Report to nobody."""
