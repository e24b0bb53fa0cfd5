"""Releases: what is served, as a value that names every byte and setting an answer depends on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from pinakes.errors import IntegrityError, UsageError
from pinakes.kernels.hashing import canonical_json, digest
from pinakes.snapshots.layout import CollectionPaths, SnapshotName
from pinakes.snapshots.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class SnapshotPin:
    """One snapshot of a release: its name, and the digest of its manifest."""

    name: str
    digest: str


@dataclass(frozen=True)
class Release:
    """What is served.

    Attributes:
        snapshots: the base first, then its deltas in order.
        models: digest of each bound model, by name.
        settings: all settings that decide an answer, as JSON values.
    """

    snapshots: tuple[SnapshotPin, ...]
    models: Mapping[str, str]
    settings: Mapping[str, Any]

    @cached_property
    def id(self) -> str:
        """The newest snapshot's name, a dash, and eight hex digits of the digest of everything above."""
        pins = [asdict(pin) for pin in self.snapshots]
        said = {"snapshots": pins, "models": self.models, "settings": self.settings}
        return f"{self.snapshots[-1].name}-{digest(said)[:8]}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as a ref's file holds it."""
        return {
            "id": self.id,
            "snapshots": [asdict(pin) for pin in self.snapshots],
            "models": dict(self.models),
            "settings": dict(self.settings),
        }

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> Release:
        """Read what `to_dict` wrote.

        Raises:
            ValueError: the content does not give the id it states: it was edited by hand, or damaged.
            KeyError, TypeError: a key is missing or has another type.
        """
        pins = tuple(SnapshotPin(**pin) for pin in content["snapshots"])
        if not pins:
            raise ValueError("a release has no snapshots")
        release = Release(pins, dict(content["models"]), dict(content["settings"]))
        if release.id != content["id"]:
            raise ValueError(f"release {content['id']!r} does not match its own id")
        return release


def make_release(
    paths: CollectionPaths,
    snapshots: Sequence[str],
    models: Mapping[str, str],
    settings: Mapping[str, Any],
) -> Release:
    """Bind snapshots, models and settings together.

    Args:
        paths: of the collection.
        snapshots: names, the base first.
        models: digest of each bound model, by name.
        settings: all settings that decide an answer, as JSON values.

    Raises:
        UsageError: no snapshots, or they do not follow each other.
        IntegrityError: a manifest is missing or damaged.
    """
    manifests = [read_manifest(paths.snapshot(name).manifest) for name in snapshots]
    _check_chain(snapshots, manifests)
    pins = tuple(SnapshotPin(name, found.digest) for name, found in zip(snapshots, manifests, strict=True))
    # As they will be read back: a tuple and a list are one value in JSON, and two in Python.
    return Release(pins, dict(models), json.loads(canonical_json(settings)))


def with_parents(paths: CollectionPaths, snapshot: str) -> tuple[str, ...]:
    """Return a snapshot with those it follows, the base first; not every earlier delta is one of them.

    Raises:
        IntegrityError: a manifest is missing or damaged.
    """
    chain = [snapshot]
    while (parent := read_manifest(paths.snapshot(chain[-1]).manifest).parent) is not None:
        chain.append(parent)
    return tuple(reversed(chain))


def check_release(paths: CollectionPaths, release: Release) -> None:
    """Check that the snapshots of a release are there, are the ones it names, and follow each other.

    Raises:
        UsageError: no snapshots, or they do not follow each other.
        IntegrityError: a snapshot is missing, damaged, or another than the release names.
    """
    manifests = []
    for pin in release.snapshots:
        path = paths.snapshot(pin.name).manifest
        manifests.append(read_manifest(path))
        if manifests[-1].digest != pin.digest:
            raise IntegrityError(path, f"is another {pin.name} than release {release.id} names")
    _check_chain([pin.name for pin in release.snapshots], manifests)


def _check_chain(names: Sequence[str], manifests: Sequence[Manifest]) -> None:
    """Check that snapshots follow each other, beginning with a base."""
    if not names or SnapshotName.parse(names[0]).is_delta:
        raise UsageError("a release begins with a base, such as v0001")
    for name, manifest, before in zip(names, manifests, [None, *names[:-1]], strict=True):
        if manifest.parent != before:
            raise UsageError(f"{name} follows {manifest.parent}, not {before}: they make no release")
