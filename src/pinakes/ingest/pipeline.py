"""The pipeline: entries of a source are surveyed, decoded, encoded and committed, chunk by chunk."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.catalog.database import Database
from pinakes.encoders.base import ImageEncoder
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import MediaError
from pinakes.ingest.commit import Chunk, commit_chunk, vector_digest
from pinakes.ingest.features import FeatureBatches, brought_fingerprint
from pinakes.ingest.pictures import PASSING, PictureState, Waiting, fetched, settle, survey
from pinakes.ingest.progress import Report, silent
from pinakes.ingest.remote import Remote
from pinakes.ingest.validate import validate
from pinakes.media.job import Decoded, Job
from pinakes.media.limits import DEFAULT_LIMITS, Limits
from pinakes.media.pool import DecodePool
from pinakes.settings import Settings
from pinakes.sources.base import Record, Rejection
from pinakes.sources.pictures import is_address

CHUNK = 256
"""Entries that are committed together: what a kill costs at most, and what shares one fsync."""

AHEAD = 8
"""Chunks that may be under way. Pictures fill the pool long before, unless nearly all are known already."""

FETCHES = 1_024
"""Fetches that may be under way or waiting: enough that a host that is slow does not hold up the others."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """What an ingest works with.

    Attributes:
        database: the catalogue; whoever ingests holds the writer lease.
        settings: of the collection.
        encoders: of pictures, by space; what they return goes into the cache under their fingerprints.
        cache: of features.
        remote: what to do with pictures that have an address.
        report: told of ``items`` and ``pictures`` that are done.
        expected: pictures that the source names, for the time left; None where nobody counted them.
        workers: processes that decode; None for one a core.
        limits: what one picture may cost.
        chunk: entries that are committed together.
        hold: hold the items that change as they were, until a freeze accepts them.
        clock: returns the time in ns since 1970.
    """

    database: Database
    settings: Settings
    encoders: Mapping[str, ImageEncoder]
    cache: FeatureCache
    remote: Remote
    report: Report = silent
    expected: int | None = None
    workers: int | None = None
    limits: Limits = DEFAULT_LIMITS
    chunk: int = CHUNK
    hold: bool = False
    clock: Callable[[], int] = time.time_ns


class Pipeline:
    """Brings entries into the catalogue, once; at no time are more than a few chunks in memory.

    While this process encodes and writes a chunk, the workers of the pool decode the pictures of the next.
    The order of writing makes a kill harmless anywhere: features first, then the chunk in one transaction.

    Args:
        ingest: what it works with.
        run: the run that reads the source.
        counts: what `commit_chunk` counts is added to it whenever a chunk is committed.
    """

    def __init__(self, ingest: Ingest, run: int, counts: Counter[str]) -> None:
        self._ingest = ingest
        self._run = run
        self._counts = counts
        self._batches = FeatureBatches(ingest.encoders, ingest.cache)
        self._pool = DecodePool(
            {space: encoder.preparer for space, encoder in ingest.encoders.items()},
            {space: encoder.decode_size for space, encoder in ingest.encoders.items()},
            workers=ingest.workers,
            background=True,
            limits=ingest.limits,
        )
        self._pool_open = False
        self._fetches = ingest.remote.queue()
        self._reused = 0
        self._under_way: deque[Chunk] = deque()
        self._asked: dict[int | str, tuple[Chunk, str]] = {}
        self._asked_so_far = 0
        self._known = 0
        self._source_ended = False

    def bring(self, entries: Iterable[Record | Rejection]) -> None:
        """Bring every entry into the catalogue, or into quarantine.

        Args:
            entries: read once, from this thread.

        Raises:
            StorageError: the disk refused; what was committed stays.
        """
        chunks = self._surveyed(entries)
        try:
            while not self._source_ended:
                for job, answer in self._pool.run(self._jobs(chunks)):
                    self._receive(job.key, answer)
                    self._commit_ready()
        finally:
            self._fetches.close()
            self._pool.close()

    def _surveyed(self, entries: Iterable[Record | Rejection]) -> Iterator[Chunk]:
        """Cut the entries into chunks, and find out what is known of the pictures of each."""
        fingerprints = {encoder.fingerprint for encoder in self._ingest.encoders.values()}
        types = self._ingest.settings.attribute_types
        for chunk in _chunks((validate(entry, types) for entry in entries), self._ingest.chunk):
            pictures = [picture for record in chunk.records for picture in record.pictures]
            with self._ingest.database.read() as connection:
                found = survey(
                    connection,
                    pictures,
                    self._ingest.cache,
                    fingerprints,
                    self._ingest.clock(),
                    remote=self._ingest.remote,
                )
            for uri, state in found.items():
                if isinstance(state, Waiting):
                    chunk.waiting[uri] = state
                else:
                    chunk.outcomes[uri] = state
                    self._known += 1
                    self._reused += len(fingerprints) * (state.state is PictureState.UNCHANGED)
            yield chunk

    def _jobs(self, chunks: Iterator[Chunk]) -> Iterator[Job]:
        """Yield the pictures to decode; end early, so that the pool runs dry, where too much is under way."""
        for chunk in chunks:
            self._under_way.append(chunk)
            for uri, waiting in list(chunk.waiting.items()):
                key = self._asked_so_far
                self._asked_so_far += 1
                self._asked[key] = chunk, uri
                if waiting.picture.path is None:
                    self._fetches.ask(key, uri)
                    yield from self._fetched(FETCHES)
                else:
                    yield self._job(key, waiting.picture.path)
            self._commit_ready()
            if len(self._under_way) >= AHEAD:
                yield from self._fetched(0)
                return
        yield from self._fetched(0)
        self._source_ended = True

    def _fetched(self, most: int) -> Iterator[Job]:
        """Yield the pictures that were fetched, waiting until no more than ``most`` are still to come."""
        while len(self._fetches) > most or self._fetches.ended():
            done = self._fetches.take()
            if isinstance(done.found, MediaError):
                self._receive(done.key, done.found)
                self._commit_ready()
                continue
            chunk, uri = self._asked[done.key]
            chunk.waiting[uri] = fetched(chunk.waiting[uri], done.found)
            yield self._job(done.key, done.found)

    def _job(self, key: int, path: Path) -> Job:
        """Return a picture to decode; the first one starts the workers, which not every run needs."""
        if not self._pool_open:
            self._pool.open()
            self._pool_open = True
        return Job(key, path)

    def _receive(self, key: int | str, answer: Decoded | MediaError) -> None:
        chunk, uri = self._asked.pop(key)
        waiting = chunk.waiting.pop(uri)
        if isinstance(answer, Decoded):
            self._batches.add(answer.sha256, answer.prepared)
        elif waiting.picture.path is not None and is_address(uri) and answer.reason not in PASSING:
            self._ingest.remote.originals.drop(waiting.picture.path.name)
        chunk.outcomes[uri] = settle(waiting, answer)
        done = self._known + self._asked_so_far - len(self._asked)
        self._ingest.report("pictures", done, self._ingest.expected)

    def _commit_ready(self) -> None:
        """Commit the chunks at the front that wait for no picture, in the order of the source."""
        while self._under_way and not self._under_way[0].waiting:
            chunk = self._under_way.popleft()
            self._batches.flush()
            self._store_vectors(chunk)
            with self._ingest.database.write() as connection:
                done = commit_chunk(
                    connection,
                    self._run,
                    chunk,
                    self._ingest.settings.live.fields,
                    hold=self._ingest.hold,
                )
            self._counts.update(done)
            self._counts["features_made"] = self._batches.made
            self._counts["features_found"] = self._batches.found + self._reused
            self._ingest.report("items", self._counts["read"], None)

    def _store_vectors(self, chunk: Chunk) -> None:
        by_space: dict[str, dict[str, NDArray[np.float32]]] = {}
        for record in chunk.records:
            for space, vector in record.vectors.items():
                by_space.setdefault(space, {})[vector_digest(vector)] = vector
        for space, vectors in by_space.items():
            fingerprint = brought_fingerprint(space)
            lacking = self._ingest.cache.missing(sorted(vectors), fingerprint)
            self._ingest.cache.put_many({digest: vectors[digest] for digest in sorted(lacking)}, fingerprint)


def _chunks(entries: Iterable[Record | Rejection], size: int) -> Iterator[Chunk]:
    """Cut a stream: a chunk is full at ``size`` entries, or when these name so many pictures."""
    chunk, pictures = Chunk(), 0
    for entry in entries:
        if isinstance(entry, Record):
            chunk.records.append(entry)
            pictures += len(entry.pictures)
        else:
            chunk.rejections.append(entry)
        if pictures >= size or len(chunk.records) + len(chunk.rejections) >= size:
            yield chunk
            chunk, pictures = Chunk(), 0
    if chunk.records or chunk.rejections:
        yield chunk
