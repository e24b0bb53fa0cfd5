"""What a decode worker is asked and what it answers, and how both travel."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import MediaError
from pinakes.media.frames import Frame
from pinakes.media.reasons import Reason

Array: TypeAlias = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to decode, given as a file or as its bytes.

    Attributes:
        key: what the caller knows it by; it comes back untouched.
        path: the file, read by the worker; not used where ``data`` is given.
        data: the bytes of the file.
    """

    key: int | str
    path: Path | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What became of one picture; its pixels stay in the worker.

    Attributes:
        sha256: of the file's bytes, in hex; empty where the job gave the bytes, which its giver can hash.
        size: bytes of the file.
        format: Pillow's name of the file format, such as ``JPEG``.
        width: pixels of the full size, after orientation.
        height: pixels of the full size, after orientation.
        phash: perceptual hash as 16 hex digits; None where the picture is too flat to have one.
        prepared: what each preparer made of the pixels, by the name it has in the pool.
        thumbnail: a WebP file, where the pool makes thumbnails.
    """

    sha256: str
    size: int
    format: str
    width: int
    height: int
    phash: str | None
    prepared: Mapping[str, Array]
    thumbnail: bytes | None = None


def job_frame(job: Job) -> Frame:
    """Return a job as a frame. The path is made absolute, because a worker keeps the folder it started in."""
    if job.data is not None:
        return Frame({"path": None}, job.data)
    return Frame({"path": None if job.path is None else str(job.path.absolute())})


def refusal_frame(reason: str, detail: str) -> Frame:
    """Return a refusal as a frame."""
    return Frame({"reason": str(reason), "detail": detail})


def decoded_frame(decoded: Decoded) -> Frame:
    """Return an answer as a frame: the numbers in the header, arrays and thumbnail in the body."""
    arrays = {name: np.ascontiguousarray(array) for name, array in decoded.prepared.items()}
    header: dict[str, Any] = {
        "sha256": decoded.sha256,
        "size": decoded.size,
        "format": decoded.format,
        "width": decoded.width,
        "height": decoded.height,
        "phash": decoded.phash,
        "arrays": [(name, array.dtype.str, array.shape) for name, array in arrays.items()],
        "thumbnail": decoded.thumbnail is not None,
    }
    parts = [part for array in arrays.values() for part in (array.tobytes(), bytes(_padding(array.nbytes)))]
    return Frame(header, b"".join([*parts, decoded.thumbnail or b""]))


def answer_from(frame: Frame) -> Decoded | MediaError:
    """Return the answer that a worker put into a frame."""
    header = dict(frame.header)
    if "reason" in header:
        return MediaError(Reason(header["reason"]), header["detail"])
    prepared, offset = {}, 0
    for name, dtype, shape in header.pop("arrays"):
        array = np.frombuffer(frame.body, dtype, math.prod(shape), offset).reshape(shape)
        prepared[name] = array
        offset += array.nbytes + _padding(array.nbytes)
    thumbnail = bytes(frame.body[offset:]) if header.pop("thumbnail") else None
    return Decoded(**header, prepared=prepared, thumbnail=thumbnail)


def _padding(size: int) -> int:
    """Return how many bytes bring the next array to a multiple of 16, which every dtype is content with."""
    return -size % 16
