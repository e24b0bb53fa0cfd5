"""Several processes that listen on one socket share its connections evenly."""

import asyncio
import socket
import sys
from collections.abc import Callable

import uvloop

from pinakes.serving.tally import Tally, shared_tally

PAUSE = 1.0
"""Seconds until connections are taken again where there was no room for another, as in asyncio."""

AHEAD = 16
"""One connection in so many may be more than another process has: a busy one is not waited for each time."""

CROWD = 64
"""Connections that are taken in one turn at most: requests wait meanwhile."""

GLANCE, GLANCES = 0.002, 10
"""Seconds between looks whether those who have fewer connections have taken the next one, and how many looks
it is left to them for: one of them may have died."""


class SharingLoop(uvloop.Loop):
    """An event loop whose servers take connections as they have time for them, and as many as others have.

    That of libuv takes all that wait at once: of 64 connections one of two workers got 43, or all, and its
    visitors waited for each other while the other worker was idle. Connections stay where they are.
    """

    async def create_server(  # type: ignore[override]
        self,
        protocol_factory: Callable[[], asyncio.Protocol],
        *,
        sock: socket.socket,
        ssl: None,
        backlog: int,
    ) -> "Accepting":
        """Take connections from a socket that listens: the one kind of server that uvicorn asks for here."""
        return Accepting(self, sock, protocol_factory, shared_tally())


class Accepting:
    """Takes connections from a socket until it is closed, which closes neither the socket nor those taken.

    In the first turn of the loop one is taken, and in each that follows one more than before as long as more
    wait: the next are for whoever is idle first, and a crowd is taken in soon all the same. Where a tally
    tells how many the others have, a crowd is taken in at once, all but their part of it; and the next are
    left for a while to who has fewer.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listening: socket.socket,
        protocol_factory: Callable[[], asyncio.Protocol],
        tally: Tally | None = None,
    ) -> None:
        self._loop = loop
        self._listening = listening
        self._protocol_factory = protocol_factory
        self._tally = tally
        self._taking: set[asyncio.Task[tuple[asyncio.BaseTransport, object]]] = set()
        self._taken: set[asyncio.BaseTransport] = set()
        self._closed = False
        self._most = 1
        self._patience = GLANCES
        listening.setblocking(False)
        if tally is not None:
            tally.tell(0)
        self._begin()

    def close(self) -> None:
        """Take no more."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._listening)
        if self._tally is not None:
            self._tally.close()

    async def wait_closed(self) -> None:
        """Wait until those that were taken are connected."""
        await asyncio.gather(*self._taking, return_exceptions=True)

    def _begin(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listening, self._take)

    def _again(self, seconds: float) -> None:
        """Look after a while whether somebody still waits."""
        self._loop.remove_reader(self._listening)
        self._loop.call_later(seconds, self._begin)

    def _take(self) -> None:
        allowed = self._most if self._tally is None else self._share(self._tally)
        if not allowed:
            self._again(GLANCE)
            return
        for _ in range(allowed):
            try:
                connection, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                self._most = 1  # another process has it, or who knocked has gone
                return
            except OSError:  # no room for another file: it would be tried again and again
                self._again(PAUSE)
                return
            connecting = self._loop.connect_accepted_socket(self._protocol_factory, connection)
            task = self._loop.create_task(connecting)
            self._taking.add(task)
            task.add_done_callback(self._connected)
        self._most += 1

    def _connected(self, task: "asyncio.Task[tuple[asyncio.BaseTransport, object]]") -> None:
        self._taking.discard(task)
        if not task.cancelled() and task.exception() is None:
            self._taken.add(task.result()[0])

    def _share(self, tally: Tally) -> int:
        """Tell the others how many are here, and return how many more are for this process."""
        self._taken = {one for one in self._taken if not one.is_closing()}
        own = len(self._taken) + len(self._taking)
        tally.tell(own)
        others = tally.others()
        if not others:
            return self._most
        share = min(others) + own // AHEAD + 1 - own
        even = -(-(own + sum(others) + waiting(self._listening)) // (1 + len(others))) - own
        if (share := max(min(share, self._most), even)) > 0 or not self._patience:
            self._patience = GLANCES
            return min(max(share, 1), CROWD)
        self._patience -= 1
        return 0


def waiting(listening: socket.socket) -> int:
    """Return how many connections wait to be taken from a TCP socket that listens; 0 where nothing tells.

    Linux tells it as ``tcpi_unacked`` (inet_csk_get_info of a listening socket, linux/net/ipv4/tcp.c).
    """
    if sys.platform != "linux":
        return 0
    told = listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)
    return int.from_bytes(told[24:28], sys.byteorder)
