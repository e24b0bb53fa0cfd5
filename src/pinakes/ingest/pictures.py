"""What comes of each picture that records name: known already, to be decoded, refused, or not to be had."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from pinakes.catalog.files import KnownFile, Stat, read_files
from pinakes.catalog.media import Medium, read_media
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import MediaError
from pinakes.ingest.remote import Remote
from pinakes.media.fetch.reasons import FetchReason
from pinakes.media.job import Decoded
from pinakes.media.reasons import Reason
from pinakes.sources.base import PictureRef

NOT_LOCAL = "not_local"
"""The reason of a picture that has an address, where nothing is to be fetched."""

PASSING = frozenset(
    (
        *(Reason.UNREADABLE, Reason.PREPARER_FAILED, Reason.TIMEOUT, Reason.OUT_OF_MEMORY, Reason.CRASHED),
        *(reason for reason in FetchReason if reason not in (FetchReason.WRONG_TYPE, FetchReason.ENCODED)),
    )
)
"""Reasons that may be gone at the next run although the file is the same, so they are not remembered. What
was fetched and is not a picture is remembered: a hostile server is asked once."""

NOT_FETCHED = frozenset(FetchReason)

NO_FILE = Stat(0, 0, 0)
"""What is noted in place of a file's size and times for an address that gave no picture."""


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
    """A picture that has to be decoded, and before that fetched where it has no path.

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
    *,
    remote: Remote,
) -> Mapping[str, Outcome | Waiting]:
    """Find out which pictures are known, without reading any.

    A picture is known if its file has the size and times it had when it was read, and either was refused
    then or has its features in the cache for every encoder. One with an address is known by its address: it
    is not fetched again, and its original is read again where an encoder has not seen it yet.

    Args:
        connection: a read transaction.
        pictures: the pictures; one uri is one picture.
        cache: the feature cache.
        fingerprints: of every encoder that needs features of pictures.
        now_ns: the time now, in ns since 1970.
        remote: what to do with pictures that have an address.

    Returns:
        By uri, what came of the picture, or that it has to be decoded.
    """
    by_uri = {picture.uri: picture for picture in pictures}
    known = read_files(connection, by_uri)
    digests = {file.sha256 for file in known.values() if file.sha256 is not None}
    media = read_media(connection, digests)
    lacking = {digest for name in fingerprints for digest in cache.missing(sorted(media), name)}
    ready = {digest: medium for digest, medium in media.items() if digest not in lacking}
    return {
        uri: _look(picture, known.get(uri), ready, now_ns)
        if picture.path is not None
        else _look_up(picture, known.get(uri), ready, remote)
        for uri, picture in by_uri.items()
    }


def settle(waiting: Waiting, result: Decoded | MediaError) -> Outcome:
    """Return what came of a picture that was decoded, or refused, or could not be fetched."""
    uri, stat = waiting.picture.uri, waiting.stat
    if isinstance(result, MediaError):
        absent = result.reason == Reason.UNREADABLE or result.reason in NOT_FETCHED
        state = PictureState.MISSING if absent else PictureState.REFUSED
        note = None
        if stat is not None and result.reason not in PASSING:
            note = KnownFile(uri, stat, None, result.reason, result.detail)
        return Outcome(state, None, result.reason, result.detail, note)
    medium = Medium(result.sha256, result.size, result.width, result.height, result.format, result.phash)
    note = KnownFile(uri, stat, result.sha256) if stat is not None else None
    return Outcome(PictureState.DECODED, medium, remember=note)


def fetched(waiting: Waiting, path: Path) -> Waiting:
    """Return a picture that was fetched as one that has to be decoded."""
    picture = replace(waiting.picture, path=path)
    return Waiting(picture, Stat.of(path.stat()))  # a file that is named by its bytes never changes


def _look_up(
    picture: PictureRef, known: KnownFile | None, ready: Mapping[str, Medium], remote: Remote
) -> Outcome | Waiting:
    """Return what is known of a picture with an address."""
    if known is not None and not remote.again:
        if known.reason is not None:
            return Outcome(PictureState.REFUSED, None, known.reason, known.detail or "")
        if known.sha256 is not None:
            original = remote.originals.path(known.sha256)
            if original.exists():
                if known.sha256 in ready:
                    return Outcome(PictureState.UNCHANGED, ready[known.sha256])
                return fetched(Waiting(picture, None), original)
            if remote.fetch is None and known.sha256 in ready:
                return Outcome(PictureState.UNCHANGED, ready[known.sha256])
    if remote.fetch is not None:
        return Waiting(picture, NO_FILE)
    detail = f"{picture.uri} is an address, and nothing is fetched without being asked to: give --fetch"
    return Outcome(PictureState.MISSING, None, NOT_LOCAL, detail)


def _look(
    picture: PictureRef, known: KnownFile | None, ready: Mapping[str, Medium], now_ns: int
) -> Outcome | Waiting:
    assert picture.path is not None
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
