"""What time it is, and the one way that it is written: in UTC, so that text order is time order."""

from datetime import UTC, date, datetime


def utc_now() -> str:
    """Return the time now in ISO 8601 with microseconds, such as ``2026-02-28T09:05:07.000123Z``."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_today() -> date:
    """Return the day on which rights are judged where no other is named."""
    return datetime.now(UTC).date()
