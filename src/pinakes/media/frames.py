"""Frames on a socket: a JSON header and raw bytes. Nothing that is received can run code."""

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LENGTHS = struct.Struct("!IQ")
"""Bytes of the header, then bytes of the body, in network order."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message.

    Attributes:
        header: a JSON object.
        body: raw bytes, whose meaning the header tells.
    """

    header: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | bytearray = b""


def send(channel: socket.socket, frame: Frame) -> None:
    """Send one frame, within the timeout of the channel.

    Raises:
        TimeoutError: the other side does not take it.
        OSError: the other side is gone.
    """
    header = json.dumps(frame.header).encode()
    head = _LENGTHS.pack(len(header), len(frame.body)) + header
    if len(frame.body) < 2**16:
        channel.sendall(head + frame.body)
    else:
        channel.sendall(head)
        channel.sendall(frame.body)


def receive(channel: socket.socket, deadline: float | None = None) -> Frame:
    """Receive one frame; wait for it until ``deadline`` (``time.monotonic()``), or for ever.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: the deadline has passed.
        OSError: the channel is broken.
    """
    header_length, body_length = _LENGTHS.unpack(_receive_exactly(channel, _LENGTHS.size, deadline))
    content = _receive_exactly(channel, header_length, deadline)
    return Frame(json.loads(content), _receive_exactly(channel, body_length, deadline))


def _receive_exactly(channel: socket.socket, length: int, deadline: float | None) -> bytes | bytearray:
    begun = b""
    if deadline is None:  # the kernel waits for all of it, and a picture is not copied once more
        begun = channel.recv(length, socket.MSG_WAITALL)
        if len(begun) == length:
            return begun
    content = bytearray(length)
    content[: len(begun)] = begun
    missing = memoryview(content)[len(begun) :]
    while missing:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the deadline has passed")
            channel.settimeout(left)
        received = channel.recv_into(missing)
        if not received:
            raise EOFError("the other side is gone")
        missing = missing[received:]
    return content
