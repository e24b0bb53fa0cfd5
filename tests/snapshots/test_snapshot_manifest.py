import json
from pathlib import Path

import pytest
from small_snapshots import PICTURE, SCHEMA

from pinakes.errors import FormatVersionError, IntegrityError
from pinakes.kernels.hashing import digest
from pinakes.snapshots.manifest import Counts, FileRecord, GateResult, Manifest, read_manifest

MANIFEST = Manifest(
    snapshot="v0001",
    parent=None,
    created="2026-02-28T09:05:07.000123Z",
    pinakes="0.1.0",
    counts=Counts(4, 3, 2, 0, {"picture": 3}),
    id_range=("a", "é"),
    schema=SCHEMA,
    coverage={"price": 0.5},
    encoders={"picture": PICTURE},
    gates=(GateResult("norms.picture", "pass", 3, 0.001, 0.01, "fine"),),
    content_hash="c" * 64,
    files={"items.parquet": FileRecord("1" * 64, 12)},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_bytes(MANIFEST.to_json())
    return path


def test_reads_back(path: Path) -> None:
    assert read_manifest(path) == MANIFEST


def test_keys_are_those_of_the_format(path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
    content = json.loads(path.read_bytes())
    missing = [key for key in content if f"`{key}`" not in page]
    assert missing == []
    assert content["format"] == 1


def test_digest_covers_everything_but_itself(path: Path) -> None:
    content = json.loads(path.read_bytes())
    assert content.pop("digest") == digest(content) == MANIFEST.digest


def test_edited_by_hand(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('"items": 4', '"items": 5'), encoding="utf-8")
    with pytest.raises(IntegrityError, match="edited by hand") as caught:
        read_manifest(path)
    assert caught.value.path == path


def test_newer_format(path: Path) -> None:
    path.write_text(json.dumps({"format": 2, "items": "somewhere else"}))
    with pytest.raises(FormatVersionError, match="has format 2, this Pinakes reads up to 1"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[1]", "has no 'format'"),
        (b'{"format": "x"}', "no 'format'"),
    ],
)
def test_not_a_manifest(path: Path, data: bytes, problem: str) -> None:
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match=problem):
        read_manifest(path)


def test_well_signed_nonsense(path: Path) -> None:
    content = {"format": 1, "snapshot": "v0001"}
    path.write_text(json.dumps({**content, "digest": digest(content)}))
    with pytest.raises(IntegrityError, match="is not a manifest of format 1"):
        read_manifest(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="the file is missing"):
        read_manifest(tmp_path / "manifest.json")
