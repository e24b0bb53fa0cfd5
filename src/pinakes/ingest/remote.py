"""What an ingest does with pictures that have an address instead of a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pinakes.ingest.report import AddReport
from pinakes.media.fetch.fetched import Fetched
from pinakes.media.fetch.open import open_fetch
from pinakes.media.fetch.policy import FetchLimits, FetchPolicy
from pinakes.media.fetch.queue import FetchQueue
from pinakes.media.originals import Originals
from pinakes.settings import FetchSettings, Settings


@dataclass(frozen=True, slots=True)
class Remote:
    """What is done with pictures that have an address.

    Attributes:
        originals: where fetched pictures are kept.
        fetch: fetches one; None where nothing is to be fetched.
        again: fetch also what was fetched, or refused, in an earlier run.
        at_once: fetches at the same time.
        per_host: of these, from one host.
    """

    originals: Originals
    fetch: Callable[[str], Fetched] | None = None
    again: bool = False
    at_once: int = 16
    per_host: int = 4

    def queue(self) -> FetchQueue:
        """Return what fetches and keeps pictures; no thread is started before one is asked for."""
        return FetchQueue(self._keep, self.at_once, self.per_host)

    def _keep(self, url: str) -> Path:
        assert self.fetch is not None
        return self.originals.keep(self.fetch(url).data)


def fetching(settings: Settings) -> Settings:
    """Return the settings with fetching switched on."""
    fetch = settings.source.fetch.model_copy(update={"enabled": True})
    return settings.model_copy(update={"source": settings.source.model_copy(update={"fetch": fetch})})


def addresses_note(settings: Settings, added: AddReport) -> tuple[str, ...]:
    """Return one line for pictures with an address that nobody asked to fetch, or nothing."""
    if not added.pictures.remote or settings.source.fetch.enabled:
        return ()
    return (
        f"{added.pictures.remote:,} pictures have an address and were not fetched; to fetch and keep them: "
        "pinakes index SOURCE --fetch",
    )


def open_remote(
    settings: FetchSettings, originals: Originals, environment: Mapping[str, str], *, again: bool = False
) -> Remote:
    """Return what the settings say is to be done with addresses.

    Args:
        settings: ``[source.fetch]``.
        originals: where fetched pictures are kept.
        environment: says which S3 service is asked, and as whom.
        again: fetch also what was fetched, or refused, in an earlier run.
    """
    if not settings.enabled:
        return Remote(originals)
    limits = FetchLimits(
        bytes=settings.megabytes * 2**20,
        seconds=settings.seconds,
        attempts=settings.attempts,
        per_host=settings.per_host,
    )
    policy = FetchPolicy(settings.http, settings.networks)
    fetch = open_fetch(limits, policy, environment)
    return Remote(originals, fetch, again, settings.at_once, settings.per_host)
