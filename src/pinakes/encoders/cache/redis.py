"""The feature cache on a Redis server, for machines that share their work."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import MissingExtraError, SettingsError, StorageError

PREFIX = "pinakes:features:1:"
"""One hash for each fingerprint: the contents are its fields. The number is the version of this layout."""

TOGETHER = 500
"""Contents that travel in one command: a few megabytes of the largest features."""

CONNECT_SECONDS, ANSWER_SECONDS = 5, 30
"""How long a server may take to accept a connection, and to answer."""


class RedisCache:
    """A feature cache on a server; threads, processes and machines may share it.

    What is put is as safe as the server keeps it: with ``appendonly yes`` it outlives a crash, and
    ``maxmemory-policy noeviction`` keeps the server from throwing features away. Features that are lost
    are missed and made again.

    Args:
        url: such as ``redis://host:6379/0``, ``rediss://`` over TLS, or ``unix:///run/redis.sock``.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None

    def open(self) -> Self:
        """Connect.

        Raises:
            MissingExtraError: the package that speaks to the server is not installed.
            SettingsError: the address cannot be understood.
            StorageError: no server answers there.
        """
        try:
            import redis  # noqa: PLC0415 (optional, and 100 ms)
        except ModuleNotFoundError as error:
            raise MissingExtraError(f"the feature cache {self._shown}", "redis") from error
        try:
            client = redis.Redis.from_url(
                self._url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
            )
        except (ValueError, TypeError) as error:
            raise SettingsError(
                f"cache.url {self._shown!r} is not the address of a server: {error}"
            ) from None
        self._client = client
        with self._errors():
            client.ping()
        return self

    def missing(self, contents: Collection[str], fingerprint: str) -> set[str]:
        """See `FeatureCache.missing`."""
        lacking = set()
        for batch in _batches(contents):
            with self._errors():
                pipe = self._opened().pipeline(transaction=False)
                for content in batch:
                    pipe.hexists(PREFIX + fingerprint, content)
                there = pipe.execute()
            lacking |= {content for content, found in zip(batch, there, strict=True) if not found}
        return lacking

    def get_many(self, contents: Collection[str], fingerprint: str) -> dict[str, NDArray[Any]]:
        """See `FeatureCache.get_many`."""
        found: dict[str, NDArray[Any]] = {}
        for batch in _batches(contents):
            with self._errors():
                values = self._opened().hmget(PREFIX + fingerprint, batch)
            for content, value in zip(batch, values, strict=True):
                if value is not None:
                    found[content] = self._array(value, fingerprint)
        return found

    def put_many(self, features: Mapping[str, NDArray[Any]], fingerprint: str) -> None:
        """See `FeatureCache.put_many`; as safe as the server keeps it."""
        if not features:
            return
        values = {content: _value(array) for content, array in features.items()}
        with self._errors():
            pipe = self._opened().pipeline(transaction=True)
            for content, value in values.items():
                pipe.hsetnx(PREFIX + fingerprint, content, value)
            pipe.execute()

    def count(self, fingerprint: str) -> int:
        """See `FeatureCache.count`."""
        with self._errors():
            return int(self._opened().hlen(PREFIX + fingerprint))

    def drop(self, fingerprint: str) -> int:
        """See `FeatureCache.drop`."""
        with self._errors():
            pipe = self._opened().pipeline(transaction=True)
            pipe.hlen(PREFIX + fingerprint)
            pipe.unlink(PREFIX + fingerprint)
            return int(pipe.execute()[0])

    def close(self) -> None:
        """See `FeatureCache.close`."""
        if self._client is not None:
            self._client.close()
        self._client = None

    @property
    def _shown(self) -> str:
        """The address without user and password."""
        parts = urlsplit(self._url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def _opened(self) -> Any:
        if self._client is None:
            raise StorageError(f"the feature cache {self._shown} is not open: call open() first")
        return self._client

    def _array(self, value: bytes, fingerprint: str) -> NDArray[Any]:
        head, _, data = value.partition(b"\n")
        try:
            dtype, shape = json.loads(head)
            return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape)
        except (ValueError, TypeError) as error:
            raise StorageError(
                f"the feature cache {self._shown} holds a damaged feature ({error}); "
                f"delete the key {PREFIX}{fingerprint} and index again"
            ) from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what the server and the network say into errors of ours."""
        import redis  # noqa: PLC0415

        try:
            yield
        except redis.ConnectionError as error:
            raise StorageError(
                f"the feature cache {self._shown} does not answer ({error}); what was done so far is kept: "
                "start the server and run the same command again"
            ) from None
        except (redis.TimeoutError, redis.RedisError) as error:
            raise StorageError(f"the feature cache {self._shown} refused: {error}") from None


def _batches(contents: Collection[str]) -> Iterator[list[str]]:
    stream = iter(contents)
    while batch := list(islice(stream, TOGETHER)):
        yield batch


def _value(array: NDArray[Any]) -> bytes:
    """Return an array as one value: dtype and shape as a line of JSON, then its bytes."""
    head = json.dumps([array.dtype.str, array.shape]).encode()
    return b"%s\n%s" % (head, np.ascontiguousarray(array).tobytes())
