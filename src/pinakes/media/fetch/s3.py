"""Pictures in S3 buckets: ``s3://bucket/key``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.util import find_spec
from typing import Final, Self
from urllib.parse import quote

from pinakes.errors import MediaError, MissingExtraError
from pinakes.media.fetch.fetched import Fetched
from pinakes.media.fetch.fetcher import Fetcher
from pinakes.media.fetch.reasons import FetchReason

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Amazon S3 User Guide, "General purpose bucket naming rules"; nothing in it can lead to another host."""

_SIGNED_FOR: Final = timedelta(hours=1)
"""How long a signed URL is good: longer than any fetch with its pauses."""


@dataclass(frozen=True, slots=True)
class S3Options:
    """Which S3 service is asked, and as whom. The owner of the collection decides it, never a table.

    Attributes:
        endpoint: URL of the service; None for Amazon's own.
        region: of the buckets.
        key: access key id; None asks without a signature, as public buckets allow. No metadata service is
            asked for one.
        secret: of the key.
        token: of a temporary key.
    """

    endpoint: str | None = None
    region: str = "us-east-1"
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables that every S3 tool reads, ``AWS_ACCESS_KEY_ID`` and so on."""
        return cls(
            endpoint=environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL"),
            region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or cls().region,
            key=environment.get("AWS_ACCESS_KEY_ID"),
            secret=environment.get("AWS_SECRET_ACCESS_KEY"),
            token=environment.get("AWS_SESSION_TOKEN"),
        )


class S3Fetcher:
    """Fetches pictures from S3; threads may share it.

    A signed URL (Signature Version 4, made here, without asking anybody) is fetched like any other, so that
    limits, retries and the check of addresses are the same. An endpoint in the house needs a fetcher whose
    policy allows it.

    Args:
        fetcher: fetches the URL.
        options: which service is asked, and as whom.
    """

    def __init__(self, fetcher: Fetcher, options: S3Options | None = None) -> None:
        self._fetcher = fetcher
        self._options = options or S3Options()

    def fetch(self, url: str) -> Fetched:
        """Fetch a picture.

        Raises:
            MediaError: it was not fetched; see `Fetcher.fetch`.
            MissingExtraError: there is a key to sign with, and the extra ``s3`` is not installed.
        """
        bucket, key = _parse(url)
        fetched = self._fetcher.fetch(self._url(bucket, key))
        return replace(fetched, url=url)  # what was signed stays here

    def _url(self, bucket: str, key: str) -> str:
        options = self._options
        endpoint = (options.endpoint or f"https://s3.{options.region}.amazonaws.com").rstrip("/")
        if options.key is None:
            return f"{endpoint}/{bucket}/{quote(key, safe='/~')}"
        if find_spec("obstore") is None:
            raise MissingExtraError("s3:// pictures", "s3")
        from obstore import sign  # noqa: PLC0415 (an extra)
        from obstore.store import S3Store  # noqa: PLC0415

        store = S3Store(
            bucket,
            config={
                "endpoint": endpoint,
                "region": options.region,
                "virtual_hosted_style_request": False,
                "access_key_id": options.key,
                "secret_access_key": options.secret or "",
                **({"session_token": options.token} if options.token else {}),
            },
            client_options={"allow_http": True},  # nothing is sent by this client
        )
        return sign(store, "GET", key, _SIGNED_FOR)


def _parse(url: str) -> tuple[str, str]:
    """Return bucket and key; the key is taken as it stands, nothing in it is decoded."""
    scheme, _, rest = url.partition("://")
    if scheme != "s3":
        raise MediaError(FetchReason.SCHEME_NOT_ALLOWED, f"{url[:200]!r} must begin with s3://")
    bucket, _, key = rest.partition("/")
    # obstore takes a key apart at its slashes, and refuses these parts.
    odd = not key or any(part in ("", ".", "..") for part in key.split("/"))
    if not _BUCKET.fullmatch(bucket) or odd or any(ord(c) < 0x20 for c in key):
        raise MediaError(FetchReason.BAD_URL, f"{url[:200]!r} is not s3://bucket/key")
    return bucket, key
