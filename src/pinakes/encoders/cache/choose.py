"""From an address in the settings to the feature cache there."""

from pathlib import Path
from urllib.parse import urlsplit

from pinakes.encoders.cache.base import FeatureCache
from pinakes.encoders.cache.redis import RedisCache
from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.errors import SettingsError

REDIS = ("redis", "rediss", "unix")
"""Beginnings of addresses of a Redis server."""


def open_cache(url: str, file: Path) -> FeatureCache:
    """Open the feature cache of a collection.

    Args:
        url: ``redis://host:6379/0``; empty for a file of the collection.
        file: the SQLite file that is used without an address.

    Raises:
        SettingsError: the address is of no kind that is known.
        MissingExtraError: a package is not installed.
        StorageError: the cache cannot be opened.
    """
    if not url:
        return SQLiteCache(file).open()
    if urlsplit(url).scheme not in REDIS:
        raise SettingsError(f"cache.url must begin with {', '.join(f'{s}://' for s in REDIS)}, got {url!r}")
    return RedisCache(url).open()
