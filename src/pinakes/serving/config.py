"""How a collection is served: one value with every limit."""

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache

from pinakes.errors import UsageError
from pinakes.serving.keys import ApiKey


@dataclass(frozen=True, slots=True)
class ServingConfig:
    """How a collection is served.

    Attributes:
        host: the address to listen on.
        port: the port to listen on; 0 for any free one.
        workers: processes that answer.
        read_only: nobody may change items, and no process makes the changes that wait in the inbox.
        public_search: strangers may search and look at items; everything else needs a key.
        keys: who else may come in; see `pinakes.serving.keys.parse_keys`.
        fetch_pictures: a query may name a picture by its address on the web, which is fetched from public
            addresses alone, encrypted.
        upload_bytes: size of an uploaded picture.
        json_bytes: size of a body that holds no picture.
        concurrency: slow searches without pictures that run at the same time in one worker; quick ones one
            after the other (`pinakes.serving.together`). Most of a search holds the interpreter's lock, so
            that a second thread slows both, and a second worker does not.
        picture_concurrency: searches with pictures, and pictures being made small, at the same time in one
            worker: most of each is decoding in another process and the encoder's own threads.
        queue: requests that may wait for their turn in one worker; more are answered with 429.
        timeout: seconds until a request is given up.
        body_seconds: in which the body of a request must have arrived.
        visitor_rate: requests per minute from one address without a key, over all workers.
        cursor_seconds: how long an earlier release stays open after its last use by a cursor.
        feedback_bytes: size of one file of feedback before it is rotated.
        feedback_files: how many files of feedback are kept.
        receipts: how many answers are kept for those who ask for it; the oldest go first.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    read_only: bool = False
    public_search: bool = False
    keys: tuple[ApiKey, ...] = field(default=(), repr=False)
    fetch_pictures: bool = False
    upload_bytes: int = 10 * 2**20
    json_bytes: int = 2**20
    concurrency: int = 1
    picture_concurrency: int = 4
    queue: int = 64
    timeout: float = 10.0
    body_seconds: float = 30.0
    visitor_rate: int = 300
    cursor_seconds: float = 600.0
    feedback_bytes: int = 8 * 2**20
    feedback_files: int = 8
    receipts: int = 10_000

    @property
    def open(self) -> bool:
        """Whether everybody who reaches the port may do everything: no keys, on loopback."""
        return not self.keys and not self.public_search

    def check(self) -> None:
        """Refuse what would serve strangers by accident.

        Raises:
            UsageError: there are no keys, the address can be reached from elsewhere, and nobody said that
                strangers may search; or a number is out of range.
        """
        if self.open and not is_loopback(self.host):
            raise UsageError(
                f"{self.host} can be reached from other machines and there are no API keys: set "
                "PINAKES_API_KEYS=role:key,... or let strangers search, and no more, with --public-search"
            )
        if (
            min(self.workers, self.concurrency, self.picture_concurrency) < 1
            or self.queue < 0
            or self.timeout <= 0
        ):
            raise UsageError(
                "workers and both concurrencies must be at least 1, the queue at least 0, the timeout above 0"
            )


@lru_cache(64)
def is_loopback(host: str) -> bool:
    """Return whether an address or name can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
