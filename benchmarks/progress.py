"""Lines that say how far a long benchmark is."""

import sys
import time


class Lines:
    """A `Report` that writes a line to stderr whenever another stage begins, with the seconds until then."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """See `pinakes.ingest.progress.Report`."""
        if stage != self._stage:
            self._stage = stage
            print(f"{time.perf_counter() - self._begun:6.0f} s  {stage}", file=sys.stderr, flush=True)
