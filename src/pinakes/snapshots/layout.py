"""Where everything of a collection lies on disk, as values; docs/format.md in code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pinakes.errors import UsageError, not_a_collection
from pinakes.synonyms import SYNONYMS_FILE
from pinakes.types import SETTINGS_FILE

LIVE = "live"
"""The ref whose release is served."""

TEMPORARY = ".tmp-"
"""What is being written begins with this, and is renamed when it is complete."""

_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SNAPSHOT = re.compile(r"v([0-9]{4,9})(?:\+d([0-9]{4,9}))?")


@dataclass(frozen=True, slots=True, order=True)
class SnapshotName:
    """The name of a snapshot: ``v0001`` is a base, ``v0001+d0001`` the first delta on it.

    Names order as the snapshots followed each other.

    Attributes:
        base: number of the base, from 1.
        delta: number of the delta on it, from 1; 0 for the base itself.
    """

    base: int
    delta: int = 0

    def __str__(self) -> str:
        return f"v{self.base:04d}" + (f"+d{self.delta:04d}" if self.delta else "")

    @property
    def is_delta(self) -> bool:
        """Whether this is a delta on a base."""
        return self.delta > 0

    @staticmethod
    def parse(text: str) -> SnapshotName:
        """Read a name.

        Raises:
            UsageError: the text is not the name of a snapshot as `str` writes it.
        """
        match = _SNAPSHOT.fullmatch(text)
        name = SnapshotName(int(match[1]), int(match[2] or 0)) if match else None
        if name is None or not name.base or str(name) != text:
            raise UsageError(f"{text!r} is not the name of a snapshot, such as v0001 or v0001+d0001")
        return name


@dataclass(frozen=True, slots=True)
class SnapshotPaths:
    """The files of one snapshot.

    Attributes:
        folder: the snapshot's folder.
    """

    folder: Path

    @property
    def manifest(self) -> Path:
        """What the snapshot holds, with the hash of every other file."""
        return self.folder / "manifest.json"

    @property
    def items(self) -> Path:
        """One row per item."""
        return self.folder / "items.parquet"

    @property
    def views(self) -> Path:
        """One row per view."""
        return self.folder / "views.parquet"

    @property
    def tombstones(self) -> Path:
        """The items that a delta removes; a base has no such file."""
        return self.folder / "tombstones.parquet"

    @property
    def lexical(self) -> Path:
        """The inverted index of the words."""
        return self.folder / "lexical"

    def vectors(self, space: str) -> Path:
        """Return the file of a space's vectors."""
        return self.folder / "vectors" / f"{space}.npy"

    def rows(self, space: str) -> Path:
        """Return the file that says to which item and view each vector belongs."""
        return self.folder / "vectors" / f"{space}.rows.parquet"

    def encoder(self, space: str) -> Path:
        """Return the folder of what a space's encoder fitted; only a base has one."""
        return self.folder / "encoders" / space


@dataclass(frozen=True, slots=True)
class CollectionPaths:
    """The files and folders of one collection.

    Attributes:
        root: the folder with ``pinakes.toml``.
    """

    root: Path

    @property
    def settings(self) -> Path:
        """What the collection is made of."""
        return self.root / SETTINGS_FILE

    @property
    def synonyms(self) -> Path:
        """What words stand for others; most collections have no such file."""
        return self.root / SYNONYMS_FILE

    @property
    def machinery(self) -> Path:
        """The folder of everything that Pinakes writes."""
        return self.root / ".pinakes"

    @property
    def catalog_db(self) -> Path:
        """Items, views, media, runs, quarantine and events."""
        return self.machinery / "catalog.db"

    @property
    def features_db(self) -> Path:
        """Vectors and hashes by content and encoder."""
        return self.machinery / "features.db"

    @property
    def writer_lock(self) -> Path:
        """Held by the one process that writes."""
        return self.machinery / "writer.lock"

    @property
    def inbox_lock(self) -> Path:
        """Held by the one process that makes the changes of the inbox."""
        return self.machinery / "inbox.lock"

    @property
    def media(self) -> Path:
        """Thumbnails, and pictures that were fetched, by the sha256 of their bytes."""
        return self.machinery / "media"

    @property
    def snapshots(self) -> Path:
        """One folder per snapshot."""
        return self.machinery / "snapshots"

    @property
    def indexes(self) -> Path:
        """Derived search structures: one folder per snapshot, in it one per space."""
        return self.machinery / "indexes"

    @property
    def models(self) -> Path:
        """Calibrators and rerankers, by name and digest."""
        return self.machinery / "models"

    @property
    def live(self) -> Path:
        """Live attributes, numbered."""
        return self.machinery / "live"

    @property
    def leases(self) -> Path:
        """One empty file per snapshot, on which its readers hold a lock."""
        return self.machinery / "leases"

    @property
    def refs(self) -> Path:
        """One file per ref."""
        return self.machinery / "refs"

    @property
    def receipts(self) -> Path:
        """Answers that were kept on request, one file each."""
        return self.machinery / "receipts"

    @property
    def blocks(self) -> Path:
        """Items that are never shown."""
        return self.machinery / "blocks.json"

    def snapshot(self, name: str) -> SnapshotPaths:
        """Return the paths of a snapshot.

        Raises:
            UsageError: not the name of a snapshot.
        """
        return SnapshotPaths(self.snapshots / str(SnapshotName.parse(name)))

    def index(self, snapshot: str, space: str) -> Path:
        """Return the folder of the index over one space of one snapshot.

        Raises:
            UsageError: not the name of a snapshot.
        """
        return self.indexes / str(SnapshotName.parse(snapshot)) / space

    def unfinished(self, snapshot: str) -> SnapshotPaths:
        """Return where the files of a snapshot lie until all are written."""
        return SnapshotPaths(self.snapshots / f"{TEMPORARY}{snapshot}")

    def lease(self, snapshot: str) -> Path:
        """Return the file on which the readers of a snapshot hold a lock.

        Raises:
            UsageError: not the name of a snapshot.
        """
        return self.leases / str(SnapshotName.parse(snapshot))

    def ref(self, name: str) -> Path:
        """Return the file of a ref.

        Raises:
            UsageError: the name is not one of letters, digits, - and _.
        """
        if not _REF.fullmatch(name):
            raise UsageError(f"{name!r} cannot name a ref: use up to 64 letters, digits, - and _")
        return self.refs / f"{name}.json"


def check_collection(paths: CollectionPaths) -> None:
    """Check that a folder is a collection; whether its settings are right is for those that read them.

    Raises:
        SettingsError: it is not.
    """
    if not paths.settings.is_file():
        raise not_a_collection(paths.root)


def list_snapshots(paths: CollectionPaths) -> tuple[SnapshotName, ...]:
    """Return the names of all complete snapshots, oldest first."""
    return _names_in(paths.snapshots)


def next_base(paths: CollectionPaths) -> SnapshotName:
    """Return a name for a new base: greater than every name that was ever given, pruned ones included."""
    return SnapshotName(max((name.base for name in _given(paths)), default=0) + 1)


def next_delta(paths: CollectionPaths, after: SnapshotName) -> SnapshotName:
    """Return a name for a new delta, never given before, on the base of ``after``."""
    given = (name.delta for name in _given(paths) if name.base == after.base)
    return SnapshotName(after.base, max(given, default=0) + 1)


def _given(paths: CollectionPaths) -> tuple[SnapshotName, ...]:
    # The newest of a base leaves its lease behind when it is pruned, so that no name, which indexes, cursors
    # and receipts may still carry, ever means another snapshot.
    return (*list_snapshots(paths), *list_leases(paths))


def list_leases(paths: CollectionPaths) -> tuple[SnapshotName, ...]:
    """Return the names that have a lease file, sorted; the snapshot may be gone, or not be there yet."""
    return _names_in(paths.leases)


def _names_in(folder: Path) -> tuple[SnapshotName, ...]:
    entries = folder.iterdir() if folder.is_dir() else ()
    matches = (entry.name for entry in entries if _SNAPSHOT.fullmatch(entry.name))
    return tuple(sorted(SnapshotName.parse(name) for name in matches))
