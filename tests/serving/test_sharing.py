import asyncio
import socket
import sys
from itertools import pairwise

import pytest

if sys.platform == "win32":
    pytest.skip("workers share no socket there", allow_module_level=True)

from pinakes.serving import sharing
from pinakes.serving.sharing import SharingLoop
from pinakes.serving.tally import TALLY, WIDTH, Tally


class Echo(asyncio.Protocol):
    """Sends back what comes."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


class Visitors:
    """A socket that listens, and clients that wait to be taken in."""

    def __init__(self, number):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        address = self.listening.getsockname()
        self.clients = [socket.create_connection(address, timeout=10) for _ in range(number)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in (self.listening, *self.clients):
            one.close()


def serving(visitors, watch):
    """Run a loop that takes visitors, with something beside it."""

    async def main():
        loop = asyncio.get_running_loop()
        taken = []

        def make():
            taken.append(Echo())
            return taken[-1]

        server = await loop.create_server(make, sock=visitors.listening, ssl=None, backlog=64)
        try:
            await watch(taken, server)
        finally:
            server.close()
            await server.wait_closed()
            for protocol in taken:
                protocol.transport.abort()

    with asyncio.Runner(loop_factory=SharingLoop) as runner:
        runner.run(main())


async def until(reached):
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.001)


def test_a_few_are_taken_in_each_turn_and_all_are_answered():
    async def watch(taken, server):
        counts = [0]
        async with asyncio.timeout(10):
            while len(taken) < 12:
                await asyncio.sleep(0)
                counts.append(len(taken))
        steps = [after - before for before, after in pairwise(counts)]
        assert max(steps) <= 5
        assert len([step for step in steps if step]) >= 4
        loop = asyncio.get_running_loop()
        for client in visitors.clients:
            client.setblocking(False)
            await loop.sock_sendall(client, b"here")
            assert await loop.sock_recv(client, 9) == b"here"

    with Visitors(12) as visitors:
        serving(visitors, watch)


def test_nobody_is_taken_once_it_is_closed():
    async def watch(taken, server):
        await until(lambda: len(taken) == 1)
        server.close()
        with socket.create_connection(visitors.listening.getsockname(), timeout=10):
            await asyncio.sleep(0.05)
        assert len(taken) == 1

    with Visitors(1) as visitors:
        serving(visitors, watch)


class Full:
    """A socket that has no room for another connection at first."""

    def __init__(self, listening, refusals):
        self.listening, self.left = listening, refusals
        self.fileno, self.setblocking = listening.fileno, listening.setblocking

    def accept(self):
        self.left -= 1
        if self.left >= 0:
            raise OSError(24, "Too many open files")
        return self.listening.accept()


def test_where_there_is_no_room_it_is_tried_again_after_a_pause(monkeypatch):
    monkeypatch.setattr(sharing, "PAUSE", 0.02)

    async def watch(taken, server):
        begun = asyncio.get_running_loop().time()
        await until(lambda: taken)
        assert asyncio.get_running_loop().time() - begun >= 0.04
        assert listening.left in (-1, -2)

    with Visitors(1) as visitors:
        listening = visitors.listening = Full(visitors.listening, 2)
        listening.close = listening.listening.close
        serving(visitors, watch)


@pytest.fixture
def others(tmp_path, monkeypatch):
    """Say how many connections another process has."""
    path = tmp_path / "connections"
    Tally.create(path, 2)
    monkeypatch.setenv(TALLY, str(path))

    def tell(count):
        with path.open("r+b") as file:
            file.seek(WIDTH)  # the first place is that of the loop
            file.write(count.to_bytes(WIDTH, "little", signed=True))

    return tell


def test_the_next_are_left_to_who_has_fewer(others, monkeypatch):
    monkeypatch.setattr(sharing, "GLANCES", 10**9)
    monkeypatch.setattr(sharing, "waiting", lambda listening: 0)
    others(3)

    async def watch(taken, server):
        await until(lambda: len(taken) == 4)
        await asyncio.sleep(0.05)
        assert len(taken) == 4
        others(8)
        await until(lambda: len(taken) == 9)
        await asyncio.sleep(0.05)
        assert len(taken) == 9
        for protocol in taken[:5]:
            protocol.transport.abort()
        await until(lambda: len(taken) == 12)

    with Visitors(12) as visitors:
        serving(visitors, watch)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell how many wait")
def test_of_a_crowd_one_takes_what_makes_all_even_in_one_turn(others, monkeypatch):
    monkeypatch.setattr(sharing, "GLANCES", 10**9)
    others(3)

    async def watch(taken, server):
        assert sharing.waiting(visitors.listening) == 12
        await until(lambda: taken)
        await asyncio.sleep(0.05)
        assert len(taken) == 8  # of 15, with the 3 of the other
        assert sharing.waiting(visitors.listening) == 4
        others(8)
        await until(lambda: len(taken) == 10)
        await asyncio.sleep(0.05)
        assert len(taken) == 10

    with Visitors(12) as visitors:
        serving(visitors, watch)


def test_who_has_fewer_and_takes_nobody_is_not_waited_for_forever(others):
    others(0)

    async def watch(taken, server):
        await until(lambda: len(taken) == 12)

    with Visitors(12) as visitors:
        serving(visitors, watch)
