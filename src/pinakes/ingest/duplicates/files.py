"""Rendering the pictures that have to be looked at, from their files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import MediaError
from pinakes.ingest.duplicates.rendering import PREPARER, SIDE
from pinakes.media.job import Job
from pinakes.media.pool import DecodePool


@dataclass(frozen=True, slots=True)
class FileRenderings:
    """Decodes pictures in worker processes; see `pinakes.ingest.duplicates.find.Renderings`.

    Nine kilobytes are held for each picture that is asked for.

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
        with DecodePool(
            {"rendering": PREPARER}, {"rendering": SIDE}, phash=False, workers=self.workers
        ) as pool:
            for job, answer in pool.run(jobs):
                if not isinstance(answer, MediaError) and answer.sha256 == job.key:
                    rendered[answer.sha256] = answer.prepared["rendering"].view(np.uint8)
        return rendered
