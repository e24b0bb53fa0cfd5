import threading
import time
from pathlib import Path

import pytest

from pinakes.errors import MediaError, StorageError
from pinakes.media.fetch.queue import FetchQueue


def taken(queue):
    found = {}
    while len(queue):
        done = queue.take()
        found[done.key] = done.found
    return found


def test_every_fetch_ends_once_with_its_path_or_its_refusal():
    def fetch(url):
        if url.endswith("3"):
            raise MediaError("http_status", "404")
        return Path(url)

    queue = FetchQueue(fetch, at_once=4, per_host=2)
    for key in range(20):
        queue.ask(key, f"https://host{key % 3}/{key}")
    found = taken(queue)
    queue.close()
    assert len(found) == 20
    assert found[4] == Path("https://host1/4")
    assert [key for key, what in found.items() if isinstance(what, MediaError)] in ([3, 13], [13, 3])


def test_a_silent_host_holds_up_no_other():
    silence, lock = threading.Event(), threading.Lock()
    running, most = {"slow": 0, "fast": 0}, {"slow": 0, "fast": 0}

    def fetch(url):
        host = url.split("/")[2]
        with lock:
            running[host] += 1
            most[host] = max(most[host], running[host])
        if host == "slow":
            silence.wait(30)
        else:
            time.sleep(0.001)
        with lock:
            running[host] -= 1
        return Path(url)

    queue = FetchQueue(fetch, at_once=6, per_host=4)
    for key in range(10):
        queue.ask(key, f"https://slow/{key}")
    for key in range(10, 60):
        queue.ask(key, f"https://fast/{key}")
    fast = {queue.take().key for _ in range(50)}
    assert fast == set(range(10, 60))
    assert most["slow"] == 4
    assert not queue.ended()
    silence.set()
    assert set(taken(queue)) == set(range(10))
    assert most["slow"] == 4 and most["fast"] <= 4
    queue.close()


def test_buckets_count_as_one_host_and_what_is_no_url_is_asked_for_all_the_same():
    asked = []
    queue = FetchQueue(lambda url: Path(asked.append(url) or url), at_once=2, per_host=1)
    for key, url in enumerate(("s3://one/a", "s3://two/b", "https://[broken")):
        queue.ask(key, url)
    assert set(taken(queue)) == {0, 1, 2}
    assert sorted(asked) == ["https://[broken", "s3://one/a", "s3://two/b"]
    queue.close()


def test_a_full_disk_ends_the_run():
    def fetch(url):
        raise StorageError("no space left")

    queue = FetchQueue(fetch, at_once=1, per_host=1)
    queue.ask(0, "https://host/a")
    with pytest.raises(StorageError, match="no space"):
        queue.take()
    queue.close()


def test_closing_drops_what_waits():
    begun, end = [], threading.Event()

    def fetch(url):
        begun.append(url)
        end.wait(30)
        return Path(url)

    queue = FetchQueue(fetch, at_once=2, per_host=1)
    for key in range(10):
        queue.ask(key, f"https://host/{key}")
    while not begun:
        time.sleep(0.001)
    queue.close()
    end.set()
    for thread in threading.enumerate():
        if thread.name.startswith("fetch-"):
            thread.join(10)
    assert begun == ["https://host/0"]
