"""Refs: named pointers to releases, moved atomically, with their history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinakes.errors import IntegrityError, UnknownNameError, UsageError
from pinakes.kernels.clock import utc_now
from pinakes.snapshots.durable import exclusive, replace_file, storage_errors
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.release import Release, check_release

HISTORY = 100
"""How many moves a ref remembers."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a ref: when, why, and to which release."""

    at: str
    reason: str
    release: Release


@dataclass(frozen=True, slots=True)
class Ref:
    """A named pointer.

    Attributes:
        name: such as ``live``.
        history: newest first, never empty; the first is what the ref points to.
    """

    name: str
    history: tuple[Move, ...]

    @property
    def release(self) -> Release:
        """What the ref points to."""
        return self.history[0].release

    @property
    def line(self) -> tuple[Release, ...]:
        """The releases that led to the present one, newest first: what was rolled back is not among them.

        A move to a release of the line cuts the line back to it, so that each step back leads further back.
        """
        line: list[Release] = []
        for move in reversed(self.history):
            if move.release in line:
                del line[line.index(move.release) :]
            line.append(move.release)
        return tuple(reversed(line))


def list_refs(paths: CollectionPaths) -> tuple[str, ...]:
    """Return the names of all refs, sorted.

    Raises:
        StorageError: their folder cannot be read.
    """
    with storage_errors("list the refs"):
        try:
            files = list(paths.refs.iterdir())  # from Python 3.13 on, glob passes over what cannot be read
        except FileNotFoundError:
            return ()
    return tuple(sorted(file.stem for file in files if file.suffix == ".json" and file.name[0] != "."))


def read_ref(paths: CollectionPaths, name: str) -> Ref:
    """Read a ref with its history, and check every release of it: `read_release` if the newest is enough.

    Raises:
        UnknownNameError: there is no such ref.
        IntegrityError: its file is damaged, or was edited by hand.
    """
    newest, history = _read(paths, name)
    try:
        return Ref(name, (newest, *map(_move, history[1:])))
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(paths.ref(name), f"is not a ref ({error!r})") from None


def read_release(paths: CollectionPaths, name: str) -> Release:
    """Return what a ref points to; raises what `read_ref` raises.

    It takes as long whatever the history: to check a hundred releases takes 20 ms.
    """
    return _read(paths, name)[0].release


def _read(paths: CollectionPaths, name: str) -> tuple[Move, list[dict[str, Any]]]:
    """Return the newest move of a ref, and all as they are stored, which nobody has checked."""
    path = paths.ref(name)
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UnknownNameError("ref", name, list_refs(paths)) from None
    except OSError as error:
        raise IntegrityError(path, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise _damaged(path, f"is not JSON ({error})") from None
    try:
        newest, history = _move(content["history"][0]), list(content["history"])
        consistent = content["ref"] == name and content["release"] == newest.release.to_dict()
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(path, f"is not a ref ({error!r})") from None
    if not consistent:
        raise _damaged(path, "contradicts itself: 'ref' and 'release' must be its name and its newest move")
    return newest, history


def publish(paths: CollectionPaths, name: str, release: Release, reason: str) -> Release:
    """Point a ref to a release, which is served from then on; makes the ref if there is none.

    A ref that points to this release already is left as it is.

    Args:
        paths: of the collection.
        name: of the ref, such as ``live``.
        release: what it is to point to.
        reason: for people; kept in the history.

    Returns:
        What it points to now.

    Raises:
        UsageError: the name cannot be that of a ref, or the snapshots do not follow each other.
        IntegrityError: a snapshot of the release is missing or is another; or the ref's file is damaged.
        StorageError: the disk refused; the ref is as it was.
    """
    path = paths.ref(name)
    with exclusive(paths.refs):
        history = _read(paths, name)[1] if path.exists() else []
        return _move_to(paths, name, history, release, reason)


def rollback(
    paths: CollectionPaths, name: str, *, steps: int = 1, to: str | None = None, reason: str = ""
) -> Release:
    """Point a ref back to a release that it pointed to before. The history is kept, and this move joins it.

    Args:
        paths: of the collection.
        name: of the ref.
        steps: how many releases to go back, from 1; rolling back twice goes back further.
        to: id of any release in the ref's history instead, also of one that was rolled back.
        reason: for people; what was rolled back is always said.

    Returns:
        The release that the ref points to now.

    Raises:
        UnknownNameError: there is no such ref, or no release ``to`` in its history.
        UsageError: there are not that many releases to go back.
        IntegrityError: a snapshot of the release is missing (pruned) or damaged; or the ref is damaged.
        StorageError: the disk refused; the ref is as it was.
    """
    with exclusive(paths.refs):
        ref = read_ref(paths, name)
        target = _named(ref, to) if to is not None else _earlier(ref, steps)
        said = f"rollback from {ref.release.id}" + (f": {reason}" if reason else "")
        return _move_to(paths, name, _read(paths, name)[1], target, said)


def _named(ref: Ref, release_id: str) -> Release:
    known = {move.release.id: move.release for move in ref.history}
    if release_id not in known:
        raise UnknownNameError("release", release_id, known)
    return known[release_id]


def _earlier(ref: Ref, steps: int) -> Release:
    if not 1 <= steps < len(ref.line):
        earlier = len(ref.line) - 1
        came = f"only {earlier} came before" if earlier else "none came before the present one"
        raise UsageError(f"ref {ref.name!r} cannot go back by {steps}: {came}")
    return ref.line[steps]


def _move_to(
    paths: CollectionPaths, name: str, history: list[dict[str, Any]], release: Release, reason: str
) -> Release:
    check_release(paths, release)
    said = release.to_dict()
    if history and history[0]["release"] == said:
        return release
    moves = [{"at": utc_now(), "reason": reason, "release": said}, *history][:HISTORY]
    content = {"ref": name, "release": said, "history": moves}
    # Without line breaks, which only json's slow encoder writes: 17 ms for a hundred moves.
    replace_file(paths.ref(name), json.dumps(content, ensure_ascii=False, allow_nan=False).encode())
    return release


def _move(content: Mapping[str, Any]) -> Move:
    return Move(content["at"], content["reason"], Release.from_dict(content["release"]))


def _damaged(path: Path, what: str) -> IntegrityError:
    return IntegrityError(
        path, f"{what}: it was damaged or edited by hand; remove it and publish a release again"
    )
