"""What comes of each picture that records name: known already, to be decoded, refused, or not to be had."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from pinakes.catalog.files import KnownFile, Stat, read_files
from pinakes.catalog.media import Medium, read_media
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import MediaError
from pinakes.media.job import Decoded
from pinakes.media.reasons import Reason
from pinakes.sources.base import PictureRef

NOT_LOCAL = "not_local"
"""The reason of a picture that is not a file of this machine, such as a URL."""

PASSING = frozenset(
    (Reason.UNREADABLE, Reason.PREPARER_FAILED, Reason.TIMEOUT, Reason.OUT_OF_MEMORY, Reason.CRASHED)
)
"""Reasons that may be gone at the next run although the file is the same, so they are not remembered."""


class PictureState(StrEnum):
    """What came of one picture in one run."""

    DECODED = "decoded"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one picture.

    Attributes:
        state: in one word.
        medium: what the picture is, where there is one.
        reason: why there is none.
        detail: what was found and what would be right, where there is none.
        remember: what to note of the file, where its next change is sure to show.
    """

    state: PictureState
    medium: Medium | None = None
    reason: str = ""
    detail: str = ""
    remember: KnownFile | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A picture that has to be decoded.

    Attributes:
        picture: the picture.
        stat: of its file, before it is read; None where its next change may not show.
    """

    picture: PictureRef
    stat: Stat | None


def survey(
    connection: sa.Connection,
    pictures: Iterable[PictureRef],
    cache: FeatureCache,
    fingerprints: Collection[str],
    now_ns: int,
) -> Mapping[str, Outcome | Waiting]:
    """Find out which pictures are known, without reading any.

    A picture is known if its file has the size and times it had when it was read, and either was refused
    then or has its features in the cache for every encoder.

    Args:
        connection: a read transaction.
        pictures: the pictures; one uri is one picture.
        cache: the feature cache.
        fingerprints: of every encoder that needs features of pictures.
        now_ns: the time now, in ns since 1970.

    Returns:
        By uri, what came of the picture, or that it has to be decoded.
    """
    by_uri = {picture.uri: picture for picture in pictures}
    known = read_files(connection, by_uri)
    digests = {file.sha256 for file in known.values() if file.sha256 is not None}
    media = read_media(connection, digests)
    lacking = {digest for name in fingerprints for digest in cache.missing(sorted(media), name)}
    ready = {digest: medium for digest, medium in media.items() if digest not in lacking}
    return {uri: _look(picture, known.get(uri), ready, now_ns) for uri, picture in by_uri.items()}


def settle(waiting: Waiting, result: Decoded | MediaError) -> Outcome:
    """Return what came of a picture that was decoded, or refused."""
    uri, stat = waiting.picture.uri, waiting.stat
    if isinstance(result, MediaError):
        state = PictureState.MISSING if result.reason == Reason.UNREADABLE else PictureState.REFUSED
        note = None
        if stat is not None and result.reason not in PASSING:
            note = KnownFile(uri, stat, None, result.reason, result.detail)
        return Outcome(state, None, result.reason, result.detail, note)
    medium = Medium(result.sha256, result.size, result.width, result.height, result.format, result.phash)
    note = KnownFile(uri, stat, result.sha256) if stat is not None else None
    return Outcome(PictureState.DECODED, medium, remember=note)


def _look(
    picture: PictureRef, known: KnownFile | None, ready: Mapping[str, Medium], now_ns: int
) -> Outcome | Waiting:
    if picture.path is None:
        return Outcome(PictureState.MISSING, None, NOT_LOCAL, f"{picture.uri} is not a file of this machine")
    try:
        stat = Stat.of(picture.path.stat())
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        detail = f"{picture.path}: {getattr(error, 'strerror', None) or error}"
        return Outcome(PictureState.MISSING, None, Reason.UNREADABLE, detail)
    if known is not None and known.stat == stat:
        if known.reason is not None:
            return Outcome(PictureState.REFUSED, None, known.reason, known.detail or "")
        if known.sha256 is not None and known.sha256 in ready:
            return Outcome(PictureState.UNCHANGED, ready[known.sha256])
    return Waiting(picture, stat if stat.settled(now_ns) else None)
