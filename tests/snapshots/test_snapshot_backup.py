import gzip
import io
import json
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from small_snapshots import base_contents

from pinakes.errors import (
    FormatVersionError,
    IntegrityError,
    PinakesError,
    SettingsError,
    SourceError,
    StorageError,
    UsageError,
)
from pinakes.kernels.hashing import digest
from pinakes.media.originals import Originals
from pinakes.snapshots.backup import LIST, backup, restore
from pinakes.snapshots.blocks import block, read_blocks
from pinakes.snapshots.layout import CollectionPaths, list_snapshots
from pinakes.snapshots.live import read_live, write_live
from pinakes.snapshots.refs import publish, read_ref
from pinakes.snapshots.release import make_release
from pinakes.snapshots.verify import verify_release
from pinakes.snapshots.writer import write_snapshot


@pytest.fixture
def full(written: CollectionPaths) -> CollectionPaths:
    """A collection with one of everything, and a snapshot that no ref names."""
    publish(written, "live", make_release(written, ["v0001", "v0001+d0001"], {}, {"n": 1}), "first")
    write_snapshot(written, base_contents("v0002"))
    block(written, ["b"], "takedown")
    for price in (1.0, 2.0):
        write_live(written, pl.DataFrame({"id": ["a"], "price": [price]}))
    model = written.models / "calibrator" / "abc"
    model.mkdir(parents=True)
    (model / "weights.json").write_text("[1]")
    with closing(sqlite3.connect(written.catalog_db)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("create table items (id text)")
        database.execute("insert into items values ('a')")
        database.commit()
    written.synonyms.write_text("")
    written.receipts.mkdir()
    (written.receipts / "0123456789abcdef.json").write_text("{}")
    (written.receipts / ".tmp-fedcba9876543210.json").write_text("{")
    (written.root / "photo.jpg").write_bytes(b"not ours")
    written.media.mkdir()
    original = Originals(written.media).keep(b"sent over HTTP")
    original.with_suffix(".webp").write_bytes(b"made again")
    original.with_name(f".{original.name}.12.34").write_bytes(b"half writ")
    return written


@pytest.fixture
def tar(full: CollectionPaths, tmp_path: Path) -> Path:
    backup(full, tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def test_all_comes_back(full: CollectionPaths, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "backup.tar")
    report = restore(tmp_path / "backup.tar", tmp_path / "restored" / "coins")
    assert made == report
    assert report.snapshots == ("v0001", "v0001+d0001")
    found = CollectionPaths(tmp_path / "restored" / "coins")
    files = [path for path in found.root.rglob("*") if path.is_file()]
    assert (report.files, report.bytes) == (len(files), sum(path.stat().st_size for path in files))
    assert found.settings.read_text() == "format = 1\n"
    assert read_ref(found, "live") == read_ref(full, "live")
    assert verify_release(found, read_ref(found, "live").release).ok
    assert read_blocks(found) == read_blocks(full)
    live = read_live(found)
    assert live is not None
    assert (live[0], live[1]["price"].to_list()) == (2, [2.0])
    assert (found.models / "calibrator" / "abc" / "weights.json").read_text() == "[1]"
    with closing(sqlite3.connect(found.catalog_db)) as database:
        assert database.execute("select id from items").fetchall() == [("a",)]
    assert [str(name) for name in list_snapshots(found)] == ["v0001", "v0001+d0001"]
    assert [path.name for path in found.receipts.iterdir()] == ["0123456789abcdef.json"]
    assert [path.read_bytes() for path in found.media.rglob("*") if path.is_file()] == [b"sent over HTTP"]
    assert not (found.root / "photo.jpg").exists()
    assert found.snapshot("v0001").items.stat().st_mode & 0o777 == 0o444
    assert found.blocks.stat().st_mode & 0o777 == 0o644


def test_the_catalogue_is_copied_while_it_is_written_to(full: CollectionPaths, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full.catalog_db)) as writer:
        writer.execute("insert into items values ('uncommitted')")
        backup(full, tmp_path / "backup.tar")
        writer.commit()
    restore(tmp_path / "backup.tar", tmp_path / "restored")
    with closing(sqlite3.connect(CollectionPaths(tmp_path / "restored").catalog_db)) as database:
        assert database.execute("select id from items").fetchall() == [("a",)]


def test_a_collection_with_nothing_yet(paths: CollectionPaths, tmp_path: Path) -> None:
    assert backup(paths, tmp_path / "backup.tar").files == 1
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "backup.tar", tmp_path / "empty")
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["pinakes.toml"]


def test_nobody_is_named_in_it(tar: Path) -> None:
    with tarfile.open(tar) as archive:
        assert {(m.uid, m.gid, m.uname, m.gname) for m in archive} == {(0, 0, "", "")}


def test_backup_of_no_collection(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not a collection"):
        backup(CollectionPaths(tmp_path), tmp_path / "backup.tar")


def test_backup_of_a_damaged_collection(full: CollectionPaths, tmp_path: Path) -> None:
    full.snapshot("v0001").manifest.unlink()
    with pytest.raises(IntegrityError, match=r"manifest\.json: the file is missing"):
        backup(full, tmp_path / "backup.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["coins"]


def test_backup_that_cannot_be_written(full: CollectionPaths, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot write backup"):
        backup(full, tmp_path / "nowhere" / "backup.tar")


def test_restore_into_a_folder_in_use(tar: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not an empty folder"):
        restore(tar, tmp_path / "coins")
    with pytest.raises(UsageError, match="is not an empty folder"):
        restore(tar, tar)


def test_restore_of_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot read backup .*absent\.tar: No such file"):
        restore(tmp_path / "absent.tar", tmp_path / "restored")


Member = tuple[tarfile.TarInfo, bytes]


def members(tar: Path) -> list[Member]:
    with tarfile.open(tar) as archive:
        return [(member, (archive.extractfile(member) or io.BytesIO()).read()) for member in archive]


def rewrite(tar: Path, changed: Iterator[Member] | list[Member]) -> None:
    with tarfile.open(tar, "w:", format=tarfile.PAX_FORMAT) as archive:
        for member, data in changed:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def named(name: str, data: bytes = b"evil") -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def refused(tar: Path, problem: str, error: type[PinakesError] = IntegrityError) -> None:
    target = tar.parent / "restored"
    before = sorted(tar.parent.iterdir())
    with pytest.raises(error, match=problem):
        restore(tar, target)
    assert sorted(tar.parent.iterdir()) == before, "something half-restored is visible"


def test_a_flipped_byte(tar: Path) -> None:
    data = bytearray(tar.read_bytes())
    data[data.index(b"owlbee")] ^= 1
    tar.write_bytes(data)
    refused(tar, r"lexical/terms\.bin' is not what was backed up")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_cut_short(tar: Path, share: float) -> None:
    data = tar.read_bytes()
    tar.write_bytes(data[: int(len(data) * share)])
    refused(tar, "cut short")


def test_cut_short_between_two_files(tar: Path) -> None:
    rewrite(tar, members(tar)[:-1])
    refused(tar, rf"was cut short: it has no {LIST}")


def test_a_file_is_missing(tar: Path) -> None:
    rewrite(tar, [m for m in members(tar) if m[0].name != ".pinakes/blocks.json"])
    refused(tar, r"blocks\.json' is not what was backed up")


def test_a_file_was_added(tar: Path) -> None:
    rewrite(tar, [named(".pinakes/extra"), *members(tar)])
    refused(tar, r"'\.pinakes/extra' is not what was backed up")


@pytest.mark.parametrize("name", ["pinakes.toml", LIST, "later"])
def test_a_file_comes_twice_or_late(tar: Path, name: str) -> None:
    rewrite(tar, [*members(tar), named(name)])
    refused(tar, "twice, or after its list of hashes")


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil", "./evil", "a//evil", ".."])
def test_names_outside_the_folder(tar: Path, name: str) -> None:
    rewrite(tar, [named(name), *members(tar)])
    refused(tar, "lies outside the collection")
    assert not (tar.parent / "evil").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_what_is_no_file(tar: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("linked")
    info.type, info.linkname = kind, "/etc/passwd"
    rewrite(tar, [(info, b""), *members(tar)])
    refused(tar, "'linked' is not a regular file")


@pytest.mark.parametrize(
    ("change", "problem", "error"),
    [
        ({"format": 2}, "has format 2", FormatVersionError),
        ({"created": "yesterday"}, "was edited by hand", IntegrityError),
        ({"files": []}, "is not a list of hashes", IntegrityError),
        ({"format": None}, "is not a list of hashes", IntegrityError),
    ],
)
def test_the_list_of_hashes_is_wrong(
    tar: Path, change: dict[str, object], problem: str, error: type[PinakesError]
) -> None:
    *others, (info, data) = members(tar)
    content = {**json.loads(data), **change}
    if change == {"files": []}:
        content.pop("digest")
        content["digest"] = digest(content)
    rewrite(tar, [*others, (info, json.dumps(content).encode())])
    refused(tar, problem, error)


def test_not_a_tar(tar: Path) -> None:
    tar.write_bytes(gzip.compress(tar.read_bytes()))
    refused(tar, "is not an uncompressed tar")
    tar.write_bytes(b"x" * 2000)
    refused(tar, "is not an uncompressed tar")
