"""Encoding the pictures of a catalogue with another encoder, without looking at the source again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pinakes.catalog.database import Database
from pinakes.catalog.media import stream_pictures
from pinakes.encoders.base import FittedTextEncoder, ImageEncoder
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import SourceError
from pinakes.ingest.features import FeatureBatches
from pinakes.ingest.progress import Report
from pinakes.kernels.hashing import sha256_bytes
from pinakes.media.job import Decoded, Job
from pinakes.media.pool import DecodePool
from pinakes.sources.files import PictureFiles

CHUNK = 512
"""Pictures that are looked up in the cache together."""

SAMPLE = 200
"""Pictures that are encoded to tell how long all will take."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What encoding the rest will cost.

    Attributes:
        pictures: of the catalogue, each once; or texts of items.
        lacking: of those, how many have no features of the encoder yet.
        sampled: pictures that were encoded to find out.
        seconds: for what is lacking, at the speed of the sample; None where nothing was sampled.
        megabytes: of vectors in the new snapshot.
    """

    pictures: int
    lacking: int
    sampled: int
    seconds: float | None
    megabytes: float


@dataclass(frozen=True, slots=True)
class Reencoder:
    """Makes the features that an encoder lacks of the pictures of a catalogue.

    What is made is kept in batches, so that a run that was killed is gone on with, and nothing is made twice.

    Attributes:
        files: where the pictures lie.
        workers: processes that decode; None for one a core.
    """

    database: Database
    cache: FeatureCache
    files: PictureFiles
    encoder: ImageEncoder
    report: Report
    workers: int | None = None

    def estimate(self, bytes_per_vector: int) -> Estimate:
        """Encode a sample of what is lacking, and say how long the rest will take.

        Args:
            bytes_per_vector: in the snapshot.

        Raises:
            SourceError: a picture of the sample cannot be read any more.
        """
        total = lacking = 0
        sample: list[tuple[str, str]] = []
        for chunk in self._chunks():
            total += len(chunk)
            missing = self._missing(chunk)
            lacking += len(missing)
            sample += missing[: SAMPLE - len(sample)]
        begun = time.monotonic()
        made = self._encode(sample, "sample")
        seconds = (time.monotonic() - begun) * (lacking - made) / made if made else None
        return Estimate(total, lacking - made, made, seconds, total * bytes_per_vector / 1e6)

    def run(self) -> int:
        """Encode everything that is lacking, and return how many pictures that were.

        Raises:
            SourceError: a picture cannot be read any more; those before it stay encoded.
        """
        return sum(self._encode(self._missing(chunk), "encoding") for chunk in self._chunks())

    def _chunks(self) -> Iterator[list[tuple[str, str]]]:
        with self.database.read() as connection:
            stream = stream_pictures(connection)
            while chunk := list(islice(stream, CHUNK)):
                yield chunk

    def _missing(self, pictures: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        lacking = self.cache.missing([digest for digest, _ in pictures], self.encoder.fingerprint)
        return [picture for picture in pictures if picture[0] in lacking]

    def _encode(self, pictures: Sequence[tuple[str, str]], stage: str) -> int:
        if not pictures:
            return 0
        name = self.encoder.name
        batches = FeatureBatches({name: self.encoder}, self.cache)
        preparers, sides = {name: self.encoder.preparer}, {name: self.encoder.decode_size}
        with DecodePool(preparers, sides, phash=False, workers=self.workers, background=True) as pool:
            jobs = (Job(digest, self.files.path(uri, digest)) for digest, uri in pictures)
            for number, (job, answer) in enumerate(pool.run(jobs), start=1):
                if not isinstance(answer, Decoded) or answer.sha256 != job.key:
                    batches.flush()
                    why = "changed since" if isinstance(answer, Decoded) else answer.detail
                    raise SourceError(
                        f"{job.path} cannot be encoded: {why}; run `pinakes index` to bring the collection "
                        "up to its source, then migrate again"
                    )
                batches.add(answer.sha256, answer.prepared)
                self.report(stage, number, len(pictures))
        batches.flush()
        return batches.made


def estimate_texts(
    encoder: FittedTextEncoder, texts: Sequence[str], cache: FeatureCache, bytes_per_number: int
) -> Estimate:
    """Encode a sample of texts, and say how long the rest will take.

    Args:
        encoder: of the texts.
        texts: of items.
        cache: that has what was encoded before.
        bytes_per_number: in the snapshot.
    """
    digests = {sha256_bytes(text.encode()): text for text in texts}
    lacking = sorted(cache.missing(digests, encoder.fingerprint))
    sample = lacking[:SAMPLE]
    begun = time.monotonic()
    rows = encoder.encode_texts([digests[digest] for digest in sample], "item")
    seconds = (time.monotonic() - begun) * (len(lacking) - len(sample)) / len(sample) if sample else None
    cache.put_many(dict(zip(sample, rows, strict=True)), encoder.fingerprint)
    size = len(texts) * encoder.dim * bytes_per_number / 1e6
    return Estimate(len(texts), len(lacking) - len(sample), len(sample), seconds, size)
