"""Rendering the pictures that have to be looked at, from their files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import MediaError
from pinakes.ingest.duplicates.rendering import PREPARER, SIDE
from pinakes.media.job import Job
from pinakes.media.pool import DecodePool


@dataclass(frozen=True, slots=True)
class FileRenderings:
    """Decodes pictures in worker processes; see `pinakes.ingest.duplicates.find.Renderings`.

    Nine kilobytes are kept for each picture that is asked for, in a temporary file that is mapped into
    memory: what does not fit stays on the disk.

    Attributes:
        paths: where each picture lies, by the sha256 of its bytes.
        workers: number of processes; None for one a core.
    """

    paths: Mapping[str, Path]
    workers: int | None = None

    def __call__(self, media: Sequence[str]) -> Mapping[str, NDArray[np.uint8]]:
        """Render pictures; one that is gone, was changed since or cannot be decoded is left out."""
        jobs = [Job(digest, self.paths[digest]) for digest in media if digest in self.paths]
        if not jobs:
            return {}
        rendered: dict[str, NDArray[np.uint8]] = {}
        with TemporaryFile() as file:  # gone from the disk when nobody uses the renderings any more
            kept = np.memmap(file, np.uint8, "w+", shape=(len(jobs), SIDE, SIDE))
        with DecodePool(
            {"rendering": PREPARER}, {"rendering": SIDE}, phash=False, workers=self.workers
        ) as pool:
            for row, (job, answer) in enumerate(pool.run(jobs)):
                if not isinstance(answer, MediaError) and answer.sha256 == job.key:
                    kept[row] = answer.prepared["rendering"].view(np.uint8)
                    rendered[answer.sha256] = kept[row]
        return rendered
