"""The one way a time is written: UTC in ISO 8601 with microseconds, so that text order is time order."""

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the time now, such as ``2026-02-28T09:05:07.000123Z``."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
