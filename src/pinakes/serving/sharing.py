"""Several processes that listen on one socket share its connections evenly."""

import asyncio
import socket
from collections.abc import Callable

import uvloop

PAUSE = 1.0
"""Seconds until connections are taken again where there was no room for another, as in asyncio."""


class SharingLoop(uvloop.Loop):
    """An event loop whose servers take connections as they have time for them.

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
        return Accepting(self, sock, protocol_factory)


class Accepting:
    """Takes connections from a socket until it is closed, which closes neither the socket nor those taken.

    In the first turn of the loop one is taken, and in each that follows one more than before as long as more
    wait: the next are for whoever is idle first, and a crowd is taken in soon all the same.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listening: socket.socket,
        protocol_factory: Callable[[], asyncio.Protocol],
    ) -> None:
        self._loop = loop
        self._listening = listening
        self._protocol_factory = protocol_factory
        self._taking: set[asyncio.Task[object]] = set()
        self._closed = False
        self._most = 1
        listening.setblocking(False)
        self._begin()

    def close(self) -> None:
        """Take no more."""
        self._closed = True
        self._loop.remove_reader(self._listening)

    async def wait_closed(self) -> None:
        """Wait until those that were taken are connected."""
        await asyncio.gather(*self._taking, return_exceptions=True)

    def _begin(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listening, self._take)

    def _take(self) -> None:
        for _ in range(self._most):
            try:
                connection, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                self._most = 1  # another process has it, or who knocked has gone
                return
            except OSError:  # no room for another file: it would be tried again and again
                self._loop.remove_reader(self._listening)
                self._loop.call_later(PAUSE, self._begin)
                return
            connecting = self._loop.connect_accepted_socket(self._protocol_factory, connection)
            task = self._loop.create_task(connecting)
            self._taking.add(task)
            task.add_done_callback(self._taking.discard)
        self._most += 1
