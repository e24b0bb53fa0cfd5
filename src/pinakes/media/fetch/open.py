"""One function that fetches whatever address a table names."""

from collections.abc import Callable, Mapping

from pinakes.media.fetch.fetched import Fetched
from pinakes.media.fetch.fetcher import Fetcher
from pinakes.media.fetch.policy import FetchLimits, FetchPolicy
from pinakes.media.fetch.s3 import S3Fetcher, S3Options


def open_fetch(
    limits: FetchLimits, policy: FetchPolicy, environment: Mapping[str, str]
) -> Callable[[str], Fetched]:
    """Return what fetches ``https://`` and ``s3://`` pictures; threads may share it.

    Args:
        limits: what one picture may cost.
        policy: what may be fetched.
        environment: says which S3 service is asked, and as whom; see `S3Options.from_environment`.
    """
    web = Fetcher(limits, policy)
    bucket = S3Fetcher(web, S3Options.from_environment(environment))

    def fetch(url: str) -> Fetched:
        return bucket.fetch(url) if url.startswith("s3://") else web.fetch(url)

    return fetch
