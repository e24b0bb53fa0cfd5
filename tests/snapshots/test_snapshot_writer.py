import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from small_snapshots import PICTURE, base_contents, delta_contents, new_collection, row_table, view_table

from pinakes.errors import IntegrityError, StorageError, UsageError
from pinakes.kernels.hashing import sha256_bytes
from pinakes.snapshots.content import content_hash
from pinakes.snapshots.contents import SnapshotContents, SpaceContents
from pinakes.snapshots.durable import storage_errors
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.manifest import Counts, FileRecord, GateResult, read_manifest
from pinakes.snapshots.writer import write_snapshot


def test_a_disk_that_is_full_is_said_to_be_so_where_numpy_names_no_reason():
    with (
        pytest.raises(StorageError, match=r"cannot write v\.npy: no space left on the disk"),
        storage_errors("write v.npy"),
    ):
        np.ones(4096).tofile("/dev/full")


def test_manifest_says_what_the_contents_are(paths: CollectionPaths) -> None:
    gate = GateResult("ids", "pass", 4, 0.0, 0.0, "0 faults")
    contents = replace(base_contents(), gates=(gate,))
    manifest = write_snapshot(paths, contents)
    assert manifest == read_manifest(paths.snapshot("v0001").manifest)
    assert manifest.counts == Counts(4, 3, 2, 0, {"picture": 3, "brought": 2})
    assert manifest.id_range == ("a", "é")
    assert manifest.coverage["price"] == 0.5
    assert manifest.gates == (gate,)
    assert manifest.encoders["picture"] == PICTURE
    encoders = {space: part.encoder for space, part in contents.spaces.items()}
    assert manifest.content_hash == content_hash(contents.items, contents.schema, encoders)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", manifest.created)


def test_files_are_there_hashed_and_read_only(paths: CollectionPaths) -> None:
    manifest = write_snapshot(paths, base_contents())
    folder = paths.snapshot("v0001").folder
    assert set(manifest.files) == {
        "items.parquet",
        "views.parquet",
        "vectors/picture.npy",
        "vectors/picture.rows.parquet",
        "vectors/brought.npy",
        "vectors/brought.rows.parquet",
        "lexical/terms.bin",
        "encoders/picture/encoder.json",
    }
    for name, record in manifest.files.items():
        data = (folder / name).read_bytes()
        assert record == FileRecord(sha256_bytes(data), len(data))
    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o444}


def test_anyone_can_read_it(paths: CollectionPaths) -> None:
    contents = base_contents()
    write_snapshot(paths, contents)
    files = paths.snapshot("v0001")
    assert pl.read_parquet(files.items).equals(contents.items)
    assert pl.read_parquet(files.views).equals(contents.views)
    vectors = np.load(files.vectors("picture"))
    assert vectors.dtype == np.float16
    np.testing.assert_array_equal(vectors, contents.spaces["picture"].vectors)


def test_two_folders_one_content(tmp_path: Path) -> None:
    one, two = (write_snapshot(new_collection(tmp_path / name), base_contents()) for name in "ab")
    assert one.content_hash == two.content_hash
    assert one.files == two.files


@pytest.mark.parametrize("layout", ["fortran", "big-endian", "strided", "mapped"])
def test_vectors_however_they_lie_in_memory(paths: CollectionPaths, tmp_path: Path, layout: str) -> None:
    vectors = base_contents().spaces["picture"].vectors
    np.save(tmp_path / "mapped.npy", vectors)
    given = {
        "fortran": np.asfortranarray(vectors),
        "big-endian": vectors.astype(">f2"),
        "strided": np.repeat(vectors, 2, axis=0)[::2],
        "mapped": np.load(tmp_path / "mapped.npy", mmap_mode="r"),
    }[layout]
    contents = base_contents()
    spaces = {**contents.spaces, "picture": replace(contents.spaces["picture"], vectors=given)}
    write_snapshot(paths, replace(contents, spaces=spaces))
    stored = np.load(paths.snapshot("v0001").vectors("picture"), mmap_mode="r")
    assert stored.dtype.str == "<f2"
    assert stored.flags.c_contiguous
    np.testing.assert_array_equal(stored, vectors)


def test_delta_follows_its_parent(written: CollectionPaths) -> None:
    base, delta = (read_manifest(written.snapshot(n).manifest) for n in ("v0001", "v0001+d0001"))
    contents = delta_contents()
    encoders = {space: part.encoder for space, part in contents.spaces.items()}
    assert delta.parent == "v0001"
    assert delta.counts == Counts(1, 1, 1, 1, {"picture": 1, "brought": 0})
    assert delta.content_hash == content_hash(
        contents.items, contents.schema, encoders, contents.tombstones, base.content_hash
    )


def test_delta_of_removals_only(written: CollectionPaths) -> None:
    empty = replace(
        delta_contents("v0001+d0002", "v0001+d0001"),
        items=delta_contents().items[:0],
        views=view_table([]),
        spaces={"picture": SpaceContents(np.empty((0, 2), np.float16), row_table([]), PICTURE)},
    )
    manifest = write_snapshot(written, empty)
    assert (manifest.id_range, manifest.coverage, manifest.counts.tombstones) == (None, {}, 1)


@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        (replace(base_contents(), name="first"), "'first' is not the name of a snapshot"),
        (base_contents(), "v0001 exists already, and a snapshot is never changed"),
        (replace(base_contents("v0002"), parent="v0001"), "v0002 is a base"),
        (replace(delta_contents(), parent=None), "needs a parent and a table of tombstones"),
        (replace(delta_contents(), tombstones=None), "needs a parent and a table of tombstones"),
        (delta_contents("v0002+d0001", "v0001"), "cannot follow v0001"),
        (delta_contents("v0001+d0001", "v0001+d0001"), r"cannot follow v0001\+d0001"),
    ],
)
def test_names_that_do_not_fit(paths: CollectionPaths, contents: SnapshotContents, problem: str) -> None:
    write_snapshot(paths, base_contents())
    with pytest.raises(UsageError, match=problem):
        write_snapshot(paths, contents)


def test_contents_that_are_no_snapshot_are_refused(paths: CollectionPaths) -> None:
    contents = replace(base_contents(), items=base_contents().items[[1, 0, 2, 3]])
    with pytest.raises(IntegrityError, match=r"would not be a snapshot:\n  items.parquet: not sorted by id"):
        write_snapshot(paths, contents)
    assert not paths.snapshots.exists()


@pytest.mark.parametrize(
    ("encoder", "problem"),
    [
        (replace(PICTURE, dim=3), r"its encoder says float16 of \(rows, 3\)"),
        (replace(PICTURE, dtype="float32"), "its encoder says float32"),
        (replace(PICTURE, unit="item"), "view_row must be null where the unit is 'item'"),
    ],
)
def test_encoder_records_must_tell_the_truth(paths: CollectionPaths, encoder: object, problem: str) -> None:
    contents = base_contents()
    spaces = {"picture": replace(contents.spaces["picture"], encoder=encoder)}
    with pytest.raises(IntegrityError, match=problem):
        write_snapshot(paths, replace(contents, spaces=spaces))


def test_a_leftover_is_removed(paths: CollectionPaths) -> None:
    leftover = paths.snapshots / ".tmp-v0001" / "vectors"
    leftover.mkdir(parents=True)
    (leftover / "half.npy").write_bytes(b"half")
    write_snapshot(paths, base_contents())
    assert [path.name for path in paths.snapshots.iterdir()] == ["v0001"]


def test_disk_full(paths: CollectionPaths) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")

    def fill(folder: Path) -> None:
        (folder / "terms.bin").symlink_to("/dev/full")
        (folder / "terms.bin").write_bytes(b"words")

    with pytest.raises(StorageError, match="cannot write snapshot v0001: No space left on device"):
        write_snapshot(paths, replace(base_contents(), extras={"lexical": fill}))
    assert list(paths.snapshots.iterdir()) == []


def test_no_space_for_the_vectors(paths: CollectionPaths) -> None:
    encoder = replace(PICTURE, dim=200_000)
    part = SpaceContents(np.zeros((3, 200_000), np.float16), row_table([(0, 0), (0, 1), (1, 2)]), encoder)
    refused_and_nothing_left(paths, replace(base_contents(), spaces={"picture": part}), limit=1_000_000)


def test_no_space_for_the_tables(paths: CollectionPaths) -> None:
    refused_and_nothing_left(paths, base_contents(), limit=1_000)


def refused_and_nothing_left(paths: CollectionPaths, contents: SnapshotContents, limit: int) -> None:
    """Write where no file may be larger than ``limit`` bytes, then again without the limit."""
    with file_size_limit(limit), pytest.raises(StorageError, match="cannot write snapshot v0001"):
        write_snapshot(paths, contents)
    assert list(paths.snapshots.iterdir()) == []
    write_snapshot(paths, contents)


def test_not_permitted(paths: CollectionPaths) -> None:
    paths.machinery.touch()  # a file where the folder belongs
    with pytest.raises(StorageError, match="cannot write snapshot v0001: Not a directory"):
        write_snapshot(paths, base_contents())


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_read_only_folder(paths: CollectionPaths) -> None:
    paths.root.chmod(0o555)
    with pytest.raises(StorageError, match="Permission denied"):
        write_snapshot(paths, base_contents())
    paths.root.chmod(0o755)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
