"""URLs of pictures: taken apart, checked, and followed."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from pinakes.errors import MediaError
from pinakes.media.fetch.policy import FetchPolicy
from pinakes.media.fetch.reasons import FetchReason

_PORTS = {"https": 443, "http": 80}
_LONGEST = 8_192
_PATH = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a picture is to be fetched.

    Attributes:
        scheme: ``https`` or ``http``.
        host: name or address, ASCII, lower case, without brackets.
        port: number.
        path: path and query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The whole URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def parse_target(url: str, policy: FetchPolicy) -> Target:
    """Take a URL apart; spaces and letters outside ASCII are encoded.

    Raises:
        MediaError: ``bad_url`` or ``scheme_not_allowed``.
    """
    if len(url) > _LONGEST or any(ord(c) < 0x20 or ord(c) == 0x7F for c in url) or "\\" in url:
        raise MediaError(FetchReason.BAD_URL, f"{url[:200]!r} is too long or holds a control character or \\")
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError) as error:
        raise MediaError(FetchReason.BAD_URL, f"{url[:200]!r}: {error}") from None
    if parts.scheme not in _PORTS or (parts.scheme == "http" and not policy.http):
        wanted = "https:// or http://" if policy.http else "https:// (http:// was not allowed)"
        raise MediaError(FetchReason.SCHEME_NOT_ALLOWED, f"{url[:200]!r} must begin with {wanted}")
    if not ascii_host or "%" in ascii_host or parts.username is not None:
        raise MediaError(
            FetchReason.BAD_URL, "a URL must name a host, without user, password or zone: https://host/path"
        )
    path = quote(parts.path or "/", safe=_PATH)
    query = f"?{quote(parts.query, safe=_PATH + '?')}" if parts.query else ""
    return Target(parts.scheme, ascii_host, port or _PORTS[parts.scheme], path + query)


def follow(target: Target, location: str, policy: FetchPolicy) -> Target:
    """Return where a redirect leads; raises what `parse_target` raises."""
    try:
        url = urljoin(target.url, location)
    except ValueError as error:
        raise MediaError(FetchReason.BAD_URL, f"redirected to {location[:200]!r}: {error}") from None
    return parse_target(url, policy)
