"""The process in which pictures are decoded: ``python -m pinakes.media.worker``.

Its standard input is a socket. From there it takes its instructions and then jobs; there it answers them, one
by one. It ends when the other side is gone.
"""

import hashlib
import os
import resource
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pinakes.errors import MediaError
from pinakes.media.decode import Picture
from pinakes.media.frames import Frame, receive, send
from pinakes.media.instructions import Instructions
from pinakes.media.job import Array, Decoded, decoded_frame, refusal_frame
from pinakes.media.phash import PHASH_SIDE, phash
from pinakes.media.preparers import Preparer, load_preparer, takes_image
from pinakes.media.read import read_picture_file
from pinakes.media.reasons import Reason
from pinakes.media.sizes import Sizes
from pinakes.media.thumbnail import thumbnail


def main() -> None:
    """Serve the socket that is standard input, until its other side is gone."""
    channel = _take_over_standard_input()
    try:
        instructions = Instructions.from_frame(receive(channel))
        try:
            preparers = {name: load_preparer(path) for name, path in instructions.preparers.items()}
        except Exception as error:  # whatever the module of a preparer raises when it is imported
            send(channel, Frame({"error": f"{type(error).__name__}: {error}"}))
            return
        _limit_memory(instructions.limits.memory)
        send(channel, Frame({"ready": True}))
        while True:
            request = receive(channel)
            # The parent kills a worker that is late. This is for a worker whose parent was killed meanwhile:
            # it must not go on for ever. The signal's default action ends the process, also inside C code.
            signal.setitimer(signal.ITIMER_REAL, 2 * instructions.limits.seconds + 1)
            reply = answer(request, instructions, preparers)
            signal.setitimer(signal.ITIMER_REAL, 0)
            send(channel, reply)
    except (EOFError, OSError):
        return  # the parent is gone


def answer(request: Frame, instructions: Instructions, preparers: Mapping[str, Preparer]) -> Frame:
    """Return the answer to one job, which is a refusal if anything at all goes wrong."""
    try:
        return decoded_frame(_process(request, instructions, preparers))
    except MediaError as error:
        return refusal_frame(error.reason, error.detail)
    except MemoryError:
        return refusal_frame(
            Reason.OUT_OF_MEMORY, f"it takes more than {instructions.limits.memory / 2**20:,.0f} MiB"
        )


def _process(request: Frame, instructions: Instructions, preparers: Mapping[str, Preparer]) -> Decoded:
    path = request.header["path"]
    given = path is None
    data = bytes(request.body) if given else read_picture_file(Path(path), instructions.limits)
    sizes = Sizes(data, instructions.limits)
    sides, longest = instructions.sides, instructions.thumbnail
    prepared = {name: _prepare(name, make, sizes.at(sides.get(name))) for name, make in preparers.items()}
    hashed = phash(sizes.at_least(PHASH_SIDE).image) if instructions.phash else None
    reduced = None if longest is None else thumbnail(sizes.at(longest), longest)
    picture = sizes.at_least(1)
    return Decoded(
        sha256="" if given else hashlib.sha256(data).hexdigest(),
        size=len(data),
        format=picture.format,
        width=picture.width,
        height=picture.height,
        phash=hashed,
        prepared=prepared,
        thumbnail=reduced,
    )


def _prepare(name: str, prepare: Preparer, picture: Picture) -> Array:
    try:
        prepared: Any = prepare(picture.image if takes_image(prepare) else picture.rgb)
    except MemoryError:
        raise
    except Exception as error:
        raise MediaError(Reason.PREPARER_FAILED, f"{name}: {type(error).__name__}: {error}") from error
    if not isinstance(prepared, np.ndarray) or prepared.dtype.hasobject:
        raise MediaError(
            Reason.PREPARER_FAILED, f"{name}: {type(prepared).__name__} is not an array of numbers"
        )
    return prepared


def _take_over_standard_input() -> socket.socket:
    """Move the socket away from where a library or a child process might read from it."""
    channel = socket.socket(fileno=os.dup(0))
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (os.devnull is a str)
        os.dup2(nothing.fileno(), 0)
    return channel


def _limit_memory(allowed: int) -> None:
    """Let this process take so many bytes on top of what it has now, and leave no core file if it crashes.

    RLIMIT_DATA counts what is allocated; RLIMIT_AS would also count the address space that the C library
    merely reserves for every thread of a decoder. Without /proc (outside Linux) memory is not limited.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        pages = int(statistics.read_text(encoding="ascii").split()[5])  # proc(5): data + stack
        total = pages * resource.getpagesize() + allowed
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            total = min(total, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (total, hard))


if __name__ == "__main__":
    main()
