"""Two workers under load: what is published, rolled back and blocked reaches both, and no request fails."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
from test_standby import spoil

from pinakes.collection import Collection

pytestmark = pytest.mark.slow

QUERY = {"where": "family = 'coin'", "top": 200, "collapse": False}
PATIENCE = 180
"""Seconds that a busy machine gets for what takes less than one."""


@pytest.fixture
def serve():
    """Serve a collection with two workers; return its address."""
    running = []

    def start(folder):
        command = [sys.executable, "-m", "pinakes", "serve", str(folder), "--port", "0", "--workers", "2"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        running.append(process)
        url = re.search(r"http://\S+", process.stdout.readline())[0]
        until(lambda: "pinakes_workers 2.0" in httpx.get(f"{url}/metrics", timeout=PATIENCE).text)
        return url

    start.running = running
    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def test_workers_end_with_a_supervisor_that_is_killed_and_leave_the_port(gallery, serve):
    url = serve(gallery)
    serve.running[0].kill()

    def free():
        try:
            socket.create_server(("127.0.0.1", urlsplit(url).port)).close()
        except OSError:
            return False
        return True

    until(free)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/livez", timeout=PATIENCE)


def until(reached):
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Visitors:
    """Clients that search until they are told to stop, each request on a connection of its own."""

    def __init__(self, url, number=3):
        self.url = url
        self.failed, self.seen, self.latest = [], {}, {}
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._search, args=(n,)) for n in range(number)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _search(self, number):
        while not self._done.is_set():
            answer = httpx.post(f"{self.url}/v1/search", json=QUERY, timeout=PATIENCE)
            if answer.status_code != 200:
                self.failed.append(answer.text)
                continue
            found = answer.json()
            ids = frozenset(hit["id"] for hit in found["hits"])
            self.seen.setdefault(found["release"], set()).add(ids)
            self.latest[number] = (found["release"], ids)

    def agree(self, wanted):
        """Wait until the visitors see nothing but what is wanted, long enough to have met both workers."""
        for _ in range(8):
            self.latest.clear()
            until(lambda: len(self.latest) == len(self._threads))
            if not all(wanted(*seen) for seen in self.latest.values()):
                return False
        return True


def test_releases_move_and_items_are_blocked_without_a_failed_request(gallery, serve):
    collection = Collection(gallery)
    first = collection.status().release
    url = serve(gallery)
    with Visitors(url) as visitors:
        page = httpx.post(f"{url}/v1/search", json={**QUERY, "top": 3}, timeout=PATIENCE).json()
        until(lambda: first in visitors.seen)
        (whole,) = visitors.seen[first]
        deleted, blocked = min(whole), max(whole)
        second = collection.delete([deleted]).release
        until(lambda: visitors.agree(lambda release, _: release == second))

        following = {**QUERY, "top": 3, "cursor": page["next"]}
        pages = [httpx.post(f"{url}/v1/search", json=following, timeout=PATIENCE).json() for _ in range(8)]
        assert {page["release"] for page in pages} == {first}
        assert len({tuple(hit["id"] for hit in page["hits"]) for page in pages}) == 1

        collection.block([blocked], "asked for")
        until(lambda: visitors.agree(lambda _, ids: blocked not in ids))
        collection.rollback(first)
        until(lambda: visitors.agree(lambda release, ids: release == first and blocked not in ids))
    assert visitors.failed == []
    assert set(visitors.seen) == {first, second}
    assert visitors.seen[first] == {whole, whole - {blocked}}
    assert visitors.seen[second] == {whole - {deleted}, whole - {deleted, blocked}}


def test_both_workers_serve_the_ancestor_of_a_damaged_release(gallery, serve):
    collection = Collection(gallery)
    first = collection.status().release
    collection.delete(["coin-0001"])
    spoil(gallery, "v0001+d0001")
    url = serve(gallery)
    ready = [httpx.get(f"{url}/readyz", timeout=PATIENCE).json() for _ in range(12)]
    assert {(answer["status"], answer["release"]) for answer in ready} == {("degraded", first)}
    until(lambda: "pinakes_degraded 2.0" in httpx.get(f"{url}/metrics", timeout=PATIENCE).text)
