"""Decoding in worker processes: a hostile file costs one item, never the run."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import LifoQueue
from types import TracebackType
from typing import Self

from pinakes.cores import usable_cores
from pinakes.errors import MediaError, UsageError
from pinakes.media.instructions import Instructions
from pinakes.media.job import Decoded, Job, answer_from, job_frame
from pinakes.media.limits import DEFAULT_LIMITS, Limits
from pinakes.media.process import WorkerProcess
from pinakes.media.scale import ShorterSide

_AHEAD_PER_WORKER = 64
"""Jobs under way or waiting for each worker: enough that the next batch is ready when one is encoded."""


class DecodePool:
    """Processes that read, decode, hash and prepare pictures, each in limits of time and memory.

    A worker that hangs, crashes or takes too much memory is replaced, and only the picture it was busy with
    is refused. Pixels never leave a worker, but as what the preparers make of them. Threads may share a pool.

    Args:
        preparers: name -> ``package.module:function``, or the same with keyword arguments, see
            `load_preparer`; called in the worker with rgb uint8 (h, w, 3), which is read-only, or with the
            image, see `for_images`. What it returns comes back in ``Decoded.prepared``. Its module must be
            cheap to import.
        sides: shorter side in pixels that a preparer needs, by its name, see ``decode``; the others get the
            full size. What one preparer sees never depends on what the others need.
        phash: whether to make perceptual hashes.
        thumbnail: pixels of the longer side of thumbnails to make; None for none.
        workers: number of processes; None for one a core.
        background: whether workers step back where the cores are busy, as an encoder keeps them: they decode
            the next pictures wherever it leaves a core idle.
        limits: what one picture may cost.
    """

    def __init__(
        self,
        preparers: Mapping[str, str] | None = None,
        sides: Mapping[str, ShorterSide] | None = None,
        *,
        phash: bool = True,
        thumbnail: int | None = None,
        workers: int | None = None,
        background: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._instructions = Instructions(limits, dict(preparers or {}), dict(sides or {}), phash, thumbnail)
        self._size = usable_cores() if workers is None else workers
        self._background = background
        self._workers: list[WorkerProcess] = []
        # Last in, first out: single queries meet the worker that is warm.
        self._idle: LifoQueue[WorkerProcess] = LifoQueue()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Start the worker processes, without waiting until they are ready.

        Raises:
            UsageError: fewer than one worker was asked for.
        """
        if self._size < 1:
            raise UsageError(f"a decode pool needs 1 worker or more, not {self._size}")
        self._workers = [
            WorkerProcess(self._instructions, background=self._background) for _ in range(self._size)
        ]
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="decode")
        try:
            for worker in self._workers:
                worker.start()
                self._idle.put(worker)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """End the worker processes; what they were busy with is dropped."""
        if self._threads is None:
            return
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.close()
        self._threads = None
        self._workers.clear()
        self._idle = LifoQueue()

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Decoded | MediaError]]:
        """Decode a stream of pictures, and yield each with its answer, in the order of the jobs.

        Jobs are taken from the iterable by the calling thread, a bounded number ahead, so that memory does
        not grow with their number.

        Raises:
            UsageError: the pool is not open, or its workers cannot start.
        """
        ahead = _AHEAD_PER_WORKER * self._size
        pending: deque[tuple[Job, Future[Decoded | MediaError]]] = deque()
        try:
            for job in jobs:
                pending.append((job, self._submit(job)))
                if len(pending) >= ahead:
                    first, answer = pending.popleft()
                    yield first, answer.result()
            while pending:
                first, answer = pending.popleft()
                yield first, answer.result()
        finally:
            for _, answer in pending:
                answer.cancel()

    def decode_one(self, data: bytes) -> Decoded:
        """Decode one picture that is at hand, such as that of a query.

        Raises:
            MediaError: the picture is refused.
            UsageError: the pool is not open, or its workers cannot start.
        """
        answer = self._submit(Job(key=0, data=data)).result()
        if isinstance(answer, MediaError):
            raise answer
        return answer

    def _submit(self, job: Job) -> Future[Decoded | MediaError]:
        if self._threads is None:
            raise UsageError("the decode pool is not open: use `with DecodePool(...) as pool:`")
        return self._threads.submit(self._serve, job)

    def _serve(self, job: Job) -> Decoded | MediaError:
        worker = self._idle.get()
        try:
            return answer_from(worker.ask(job_frame(job)))
        finally:
            self._idle.put(worker)
