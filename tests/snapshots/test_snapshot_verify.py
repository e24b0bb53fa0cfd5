import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import polars as pl
import pytest

from pinakes.errors import UsageError
from pinakes.kernels.hashing import digest, sha256_file
from pinakes.snapshots.layout import CollectionPaths, SnapshotPaths
from pinakes.snapshots.manifest import FileRecord, read_manifest
from pinakes.snapshots.norms import row_norms
from pinakes.snapshots.release import Release, SnapshotPin, make_release
from pinakes.snapshots.verify import verify_release, verify_snapshot


def forge(files: SnapshotPaths, **changes: object) -> None:
    """Sign a snapshot anew, as somebody would who knows the format."""
    manifest = read_manifest(files.manifest)
    records = {
        name: FileRecord(sha256_file(files.folder / name), (files.folder / name).stat().st_size)
        for name in manifest.files
    }
    files.manifest.chmod(0o644)
    files.manifest.write_bytes(replace(manifest, files=records, **changes).to_json())


def flip_a_byte(files: SnapshotPaths) -> None:
    files.items.chmod(0o644)
    data = bytearray(files.items.read_bytes())
    data[len(data) // 2] ^= 1
    files.items.write_bytes(data)


def remove_a_file(files: SnapshotPaths) -> None:
    (files.lexical / "terms.bin").unlink()


def truncate_an_array(files: SnapshotPaths) -> None:
    files.vectors("picture").chmod(0o644)
    os.truncate(files.vectors("picture"), 100)


def edit_the_manifest(files: SnapshotPaths) -> None:
    files.manifest.chmod(0o644)
    files.manifest.write_text(
        files.manifest.read_text(encoding="utf-8").replace('"a",', '"A",'), encoding="utf-8"
    )


def raise_the_format(files: SnapshotPaths) -> None:
    content = {**json.loads(files.manifest.read_bytes()), "format": 2}
    files.manifest.chmod(0o644)
    files.manifest.write_text(json.dumps(content))


def add_a_file(files: SnapshotPaths) -> None:
    (files.folder / "vectors" / "notes.txt").write_text("mine")


def add_a_link(files: SnapshotPaths) -> None:
    (files.folder / "linked").symlink_to(files.lexical)


def remove_the_manifest(files: SnapshotPaths) -> None:
    files.manifest.unlink()


def forge_the_counts(files: SnapshotPaths) -> None:
    counts = read_manifest(files.manifest).counts
    forge(files, counts=replace(counts, media=3))


def forge_the_content_hash(files: SnapshotPaths) -> None:
    forge(files, content_hash="0" * 64)


def forge_the_order(files: SnapshotPaths) -> None:
    items = pl.read_parquet(files.items)[[1, 0, 2, 3]]
    files.items.unlink()
    items.write_parquet(files.items)
    forge(files)


def forge_the_lengths(files: SnapshotPaths) -> None:
    files.vectors("picture").unlink()
    np.save(files.vectors("picture"), np.array([[1, 0], [0.7, 0.8], [np.nan, 1]], dtype=np.float16))
    forge(files)


def forge_the_coverage(files: SnapshotPaths) -> None:
    forge(files, coverage={**read_manifest(files.manifest).coverage, "price": 1.0})


DAMAGE: dict[Callable[[SnapshotPaths], None], tuple[str, str]] = {
    flip_a_byte: ("items.parquet", "its bytes are not those that were written"),
    remove_a_file: ("lexical/terms.bin", "the file is missing"),
    truncate_an_array: ("vectors/picture.npy", "has 100 bytes, the manifest says 140: it was cut short"),
    edit_the_manifest: ("manifest.json", "it was edited by hand, or damaged"),
    raise_the_format: ("manifest.json", "has format 2, this Pinakes reads up to 1"),
    add_a_file: ("vectors/notes.txt", "the manifest does not know this file"),
    add_a_link: ("linked", "the manifest does not know this file"),
    remove_the_manifest: ("manifest.json", "the file is missing"),
    forge_the_counts: ("manifest.json", "says counts"),
    forge_the_content_hash: ("manifest.json", "says content_hash '000"),
    forge_the_coverage: ("manifest.json", "says coverage"),
    forge_the_order: ("", "items.parquet: not sorted by id"),
    forge_the_lengths: ("vectors/picture.npy", "2 vectors have no unit length, or are not finite"),
}


def test_nothing_is_wrong(written: CollectionPaths) -> None:
    report = verify_snapshot(written, "v0001")
    manifest = read_manifest(written.snapshot("v0001").manifest)
    assert report.ok
    assert report.checked == ("v0001",)
    assert (report.files, report.bytes) == (8, sum(record.bytes for record in manifest.files.values()))
    assert verify_snapshot(written, "v0001+d0001").ok


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_each_damage_is_one_clear_line(
    written: CollectionPaths, damage: Callable[[SnapshotPaths], None]
) -> None:
    name, problem = DAMAGE[damage]
    files = written.snapshot("v0001")
    damage(files)
    report = verify_snapshot(written, "v0001")
    assert not report.ok
    (line,) = report.problems
    assert line.startswith(str(files.folder / name))
    assert problem in line


def test_all_damage_is_reported_at_once(written: CollectionPaths) -> None:
    files = written.snapshot("v0001")
    for damage in (flip_a_byte, remove_a_file, truncate_an_array, add_a_file):
        damage(files)
    assert len(verify_snapshot(written, "v0001").problems) == 4


def test_a_name_that_is_none(written: CollectionPaths) -> None:
    with pytest.raises(UsageError):
        verify_snapshot(written, "../v0001")
    assert "the file is missing" in verify_snapshot(written, "v0009").problems[0]


def test_release(written: CollectionPaths) -> None:
    release = make_release(written, ["v0001", "v0001+d0001"], {}, {})
    report = verify_release(written, release)
    assert (report.problems, report.checked, report.files) == ((), ("v0001", "v0001+d0001"), 8 + 7)


def test_release_with_another_snapshot_than_it_names(written: CollectionPaths) -> None:
    release = make_release(written, ["v0001"], {}, {})
    forge(written.snapshot("v0001"), created="2001-01-01T00:00:00.000000Z")
    assert verify_snapshot(written, "v0001").ok
    (line,) = verify_release(written, release).problems
    assert "is another v0001 than release v0001-" in line


def test_release_without_its_snapshot(written: CollectionPaths) -> None:
    release = Release((SnapshotPin("v0002", "0" * 64),), {}, {})
    (line,) = verify_release(written, release).problems
    assert line.endswith("v0002/manifest.json: the file is missing; the snapshot cannot be used")


def test_a_delta_is_bound_to_the_content_of_its_parent(written: CollectionPaths) -> None:
    forge(written.snapshot("v0001"), content_hash="0" * 64)
    (line,) = verify_snapshot(written, "v0001+d0001").problems
    assert "says content_hash" in line


def test_lengths_of_rows() -> None:
    rows = np.zeros((10_000, 2), dtype=np.float16)
    rows[:, 0], rows[9_999] = 1, (3, 4)
    norms = row_norms(rows)
    assert norms.dtype == np.float64
    assert (norms[0], norms[9_998], norms[9_999]) == (1.0, 1.0, 5.0)


def test_digest_is_of_the_canonical_form(written: CollectionPaths) -> None:
    manifest = read_manifest(written.snapshot("v0001").manifest)
    assert manifest.digest == digest(asdict(manifest))
