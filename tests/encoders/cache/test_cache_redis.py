import builtins
import shutil
import socket
import threading

import numpy as np
import pytest
from cache_conformance import A, B, Conformance
from redis_server import free_port, needs_redis, redis_server

import pinakes
from pinakes.collection import Collection
from pinakes.encoders.cache.choose import open_cache
from pinakes.encoders.cache.redis import PREFIX, RedisCache
from pinakes.errors import MissingExtraError, SettingsError, StorageError
from pinakes.samples.gallery import generate_gallery
from pinakes.settings import CacheSettings, load_settings, save_settings

pytestmark = needs_redis


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as started:
        yield started


@pytest.fixture
def cache(server):
    opened = open_cache(server.url, None)
    opened._client.flushdb()
    yield opened
    opened.close()


class TestRedis(Conformance):
    """Redis conforms."""


def test_two_clients_share_what_one_put(server, cache):
    cache.put_many({A: np.array([1.5], dtype=np.float16)}, "f")
    other = RedisCache(server.url).open()
    assert other.get_many([A, B], "f")[A].tolist() == [1.5]
    other.close()


def test_a_batch_is_one_round_trip(server, cache):
    contents = [f"{number:064x}" for number in range(400)]
    cache.put_many({c: np.full(64, n) for n, c in enumerate(contents)}, "f")
    before = cache._client.info("commandstats")
    assert len(cache.get_many(contents, "f")) == 400
    after = cache._client.info("commandstats")
    calls = after["cmdstat_hmget"]["calls"] - before.get("cmdstat_hmget", {"calls": 0})["calls"]
    assert calls == 1


def test_a_damaged_value(cache):
    cache._client.hset(f"{PREFIX}f", A, b"nothing that was put")
    with pytest.raises(StorageError, match="damaged feature"):
        cache.get_many([A], "f")


def test_no_server():
    with pytest.raises(StorageError, match=r"does not answer.*run the same command again"):
        RedisCache(f"redis://127.0.0.1:{free_port()}/0").open()


def test_something_else_answers():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            connection, _ = listening.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(StorageError, match=r"127\.0\.0\.1"):
            RedisCache(f"redis://127.0.0.1:{listening.getsockname()[1]}/0").open()


def test_a_password_is_never_shown(server):
    url = f"redis://me:secret@127.0.0.1:{server.port}/0"
    with pytest.raises(StorageError) as refused:
        RedisCache(url).open()
    assert "secret" not in str(refused.value)


def test_a_full_server_refuses(tmp_path):
    with redis_server(tmp_path, "--maxmemory", "3mb", "--maxmemory-policy", "noeviction") as small:
        cache = RedisCache(small.url).open()
        with pytest.raises(StorageError, match="refused"):
            for number in range(100):
                cache.put_many({f"{number:064x}": np.zeros(100_000, dtype=np.uint8)}, "f")
        cache.close()


def test_the_server_dies_in_the_middle(tmp_path):
    with redis_server(tmp_path) as server:
        cache = RedisCache(server.url).open()
        cache.put_many({A: np.ones(1)}, "f")
        server.kill()
        with pytest.raises(StorageError, match="start the server and run the same command again"):
            cache.put_many({B: np.ones(1)}, "f")
        server.start()
        assert cache.missing([A, B], "f") == {A, B}  # this server keeps nothing on the disk
        cache.close()


@pytest.mark.parametrize("url", ["memcached://host", "/tmp/file", "redis//host"])
def test_an_address_of_another_kind(url, tmp_path):
    with pytest.raises(SettingsError, match="redis://"):
        open_cache(url, tmp_path / "features.db")


def test_an_address_that_cannot_be_understood():
    with pytest.raises(SettingsError, match="not the address"):
        RedisCache("redis://127.0.0.1:port/0").open()


def test_the_package_is_not_installed(monkeypatch):
    importing = builtins.__import__

    def without_redis(name, *rest):
        if name == "redis":
            raise ModuleNotFoundError("No module named 'redis'", name="redis")
        return importing(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_redis)
    with pytest.raises(MissingExtraError, match=r"pinakes\[redis\]"):
        RedisCache("redis://127.0.0.1:6379").open()


@pytest.mark.slow
def test_a_collection_with_its_features_on_a_server(tmp_path):
    """Encoded once for two collections; a server that dies ends the run, and the next run finishes it."""
    photos = tmp_path / "photos"
    generate_gallery(photos, size=20)
    with redis_server(tmp_path) as server:
        pinakes.index(photos)
        plain = load_settings(photos)
        shutil.rmtree(photos / ".pinakes")
        shared = plain.model_copy(update={"cache": CacheSettings(url=server.url)})
        save_settings(photos, shared)
        first = Collection(photos).sync()
        assert first.add.features.made == first.freeze.views > 20
        assert not (photos / ".pinakes" / "features.db").exists()
        assert "cache" not in (photos / ".pinakes" / "refs" / "live.json").read_text()

        again = Collection(photos).sync()
        assert (again.add.features.made, again.add.features.hit_rate) == (0, 1.0)

        other = shutil.copytree(photos, tmp_path / "other", ignore=shutil.ignore_patterns(".pinakes"))
        elsewhere = Collection(other).sync()
        assert (elsewhere.add.features.made, elsewhere.add.features.hit_rate) == (0, 1.0)

        server.kill()
        shutil.rmtree(other / ".pinakes")
        with pytest.raises(StorageError, match="run the same command again"):
            Collection(other).sync()
        server.start()
        resumed = Collection(other).sync()
        assert resumed.add.features.made == first.freeze.views
        assert resumed.freeze.items == first.freeze.items
