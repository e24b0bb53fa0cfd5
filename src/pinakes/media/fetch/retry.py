"""When to try again, and after how long."""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from pinakes.media.fetch.policy import FetchLimits

AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses after which the same request may succeed (RFC 9110, RFC 6585, RFC 8470)."""


def pause(attempt: int, headers: Mapping[str, str], limits: FetchLimits) -> float | None:
    """Return the seconds to wait before another attempt, or None to give up.

    Args:
        attempt: how many there were, from 1.
        headers: of the answer, names in lower case; ``retry-after`` is seconds or a date (RFC 9110, 10.2.3).
        limits: how often, and how long.
    """
    if attempt >= limits.attempts:
        return None
    wait = limits.back_off * 2.0 ** (attempt - 1)
    asked = _retry_after(headers.get("retry-after", ""))
    if asked is not None:
        wait = max(wait, asked)
    return None if wait > limits.longest_wait else wait


def _retry_after(value: str) -> float | None:
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
