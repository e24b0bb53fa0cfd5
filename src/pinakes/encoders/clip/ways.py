"""How to compute many rows: found by measuring on this machine, and noted for the next run."""

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pinakes.kernels.hashing import sha256_bytes

MANY = 32
"""Rows from which on it pays to measure first."""

TRIED = 8
"""Rows that are computed to measure one way."""

WORTH = 0.95
"""Another way than one row a core is taken where it needs less than this share of its time: a difference that
is not merely one of the moment."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of computing many rows; the numbers are the same in each.

    Attributes:
        at_once: rows that are computed at the same time.
        threads: of the runtime, for each of them.
    """

    at_once: int
    threads: int


def ways(cores: int) -> tuple[Way, ...]:
    """Return what is tried: a row a core first, then fewer rows with more threads each."""
    counts = dict.fromkeys((cores, max(1, cores // 2), 1))
    return tuple(Way(count, max(1, cores // count)) for count in counts)


def fastest(
    choices: Sequence[Way],
    compute: Callable[[Way], object],
    clock: Callable[[], float] = time.perf_counter,
) -> Way:
    """Return the fastest way.

    Args:
        choices: the usual way first.
        compute: computes `TRIED` rows in a way; called twice for each, because the first opens the model.
        clock: returns seconds.
    """
    seconds = {}
    for way in choices:
        compute(way)
        begun = clock()
        compute(way)
        seconds[way] = clock() - begun
    best = min(choices, key=seconds.__getitem__)
    return best if seconds[best] < WORTH * seconds[choices[0]] else choices[0]


@dataclass(frozen=True, slots=True)
class Notebook:
    """The ways that were found on this machine, in a file.

    Attributes:
        path: of the file; where it cannot be read or written, nothing is known.
    """

    path: Path

    @classmethod
    def of_user(cls) -> "Notebook":
        """Return that of the user: ``pinakes/ways.json`` in ``XDG_CACHE_HOME`` or ``~/.cache``."""
        folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(Path(folder) / "pinakes" / "ways.json")

    def find(self, key: str) -> Way | None:
        """Return what was noted under a key."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            found = Way(**json.loads(self.path.read_text(encoding="utf-8"))[key])
            return found if min(found.at_once, found.threads) >= 1 else None
        return None

    def note(self, key: str, way: Way) -> None:
        """Keep a way under a key; a write of another process at the same moment may be lost."""
        known = {}
        with suppress(OSError, ValueError):
            known = json.loads(self.path.read_text(encoding="utf-8"))
        with suppress(OSError, TypeError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            temporary.write_text(json.dumps({**known, key: asdict(way)}, indent=1), encoding="utf-8")
            temporary.replace(self.path)


def key_of(model: Path, cores: int, runtime: str) -> str:
    """Return the key of a model on this machine.

    Args:
        model: its file; another size or time is another model.
        cores: that this process may use.
        runtime: its version.
    """
    status = model.stat()
    said = (str(model.resolve()), status.st_size, status.st_mtime_ns, platform.node(), cores, runtime)
    return sha256_bytes(repr(said).encode())
