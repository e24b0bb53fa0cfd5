"""Every error that Pinakes raises on purpose.

::

    PinakesError
    ├── UsageError               what was asked for cannot be done as asked
    │   ├── SettingsError        pinakes.toml, or an option
    │   ├── SourceError          the folder or table to read from
    │   ├── FilterError          a ``where`` filter
    │   ├── QueryError           a search
    │   ├── UnknownNameError     a name that does not exist; carries the nearest known one
    │   ├── WithheldError        something that exists and may not be shown
    │   └── MissingExtraError    an optional part that is not installed
    ├── MediaError               one picture that was refused; carries a reason code
    ├── IntegrityError           stored data that is not what was written
    │   └── FormatVersionError   stored data of another Pinakes
    ├── GateError                a freeze whose gates failed
    ├── LockedError              somebody else is writing
    └── StorageError             the disk: full, read-only, not permitted
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote


class PinakesError(Exception):
    """The root: catch this to catch everything below."""


class UsageError(PinakesError):
    """What was asked for cannot be done as asked; the message says what would be right."""


class SettingsError(UsageError):
    """``pinakes.toml`` or an option holds something that cannot be used."""


class SourceError(UsageError):
    """The folder or table to read items from cannot be read."""


class FilterError(UsageError):
    """A ``where`` filter cannot be understood or does not fit the schema.

    Attributes:
        position: offset in characters into the filter text where the trouble starts, or None.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class QueryError(UsageError):
    """A search asks for something that this release cannot answer."""


class UnknownNameError(UsageError):
    """A name that does not exist.

    Attributes:
        kind: what was named, such as ``field`` or ``encoder``.
        name: the name that was given.
        known: the names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], message: str | None = None) -> None:
        """Store what was named.

        Args:
            kind, name, known: see the class.
            message: what was said about it where the known names are not at hand.
        """
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        super().__init__(message or f"unknown {kind} {name!r}{suggestion(str(name), self.known)}")


class WithheldError(UsageError):
    """Something exists and may not be shown: blocked, expired, or of a licence that is not permitted.

    Attributes:
        kind: what was named, such as ``item``.
        name: the name that was given.
    """

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"{kind} {name!r} may not be shown")


class MissingExtraError(UsageError):
    """A part of Pinakes that needs packages which are not installed.

    Attributes:
        feature: what was asked for.
        extra: the name of the extra that provides it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        self.feature, self.extra = feature, extra
        super().__init__(f"{feature} needs packages that are not installed: pip install 'pinakes[{extra}]'")


class MediaError(PinakesError):
    """One picture was refused.

    Attributes:
        reason: a stable code, such as ``undecodable`` or ``too_many_pixels``.
        detail: what was found and what is allowed.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


class IntegrityError(PinakesError):
    """Stored data is not what was written: changed, missing or cut short.

    Attributes:
        path: the file or folder concerned.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}")


class FormatVersionError(IntegrityError):
    """Stored data has a format that this Pinakes does not read, most often a newer one."""


class GateError(PinakesError):
    """A freeze was stopped because gates failed.

    Attributes:
        failures: one line for each gate that failed.
    """

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        lines = "\n".join(f"  {line}" for line in self.failures)
        super().__init__(f"{len(self.failures)} gate(s) failed, nothing was published:\n{lines}")


class LockedError(PinakesError):
    """Another process holds the lock that this work needs."""


class StorageError(PinakesError):
    """The disk refused: no space, read-only, or not permitted."""


def not_a_collection(folder: Path) -> SettingsError:
    """Return the error of a folder without ``pinakes.toml``, with the command that makes it a collection."""
    remedy = f"make it one with: pinakes index {quote(str(folder))}"
    return SettingsError(f"{folder} is not a collection (no pinakes.toml); {remedy}")


def not_published(folder: str | Path) -> UsageError:
    """Return the error of a collection that serves nothing yet, with the command that publishes it."""
    return UsageError(f"nothing is published in {folder} yet; run: pinakes index {quote(str(folder))}")


def suggestion(name: str, known: Sequence[str], shown: int = 12) -> str:
    """Return ``; did you mean 'x'? Known: ...`` for an error message.

    Args:
        name: what was given.
        known: what there is, in the order in which it is listed.
        shown: how many of them are listed.
    """
    if not known:
        return "; there are none"
    # Imported here because errors are rare and `import pinakes` must stay cheap.
    from rapidfuzz import process, utils  # noqa: PLC0415

    near = process.extractOne(name, known, processor=utils.default_process, score_cutoff=70)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    more = f", and {len(known) - shown} more" if len(known) > shown else ""
    return f"{hint} Known: {', '.join(known[:shown])}{more}"
