import json
from pathlib import Path

import pytest
from small_snapshots import base_contents, delta_contents

from pinakes.errors import IntegrityError, StorageError, UnknownNameError, UsageError
from pinakes.kernels.hashing import digest
from pinakes.snapshots import refs
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.manifest import read_manifest
from pinakes.snapshots.refs import list_refs, publish, read_ref, read_release, rollback
from pinakes.snapshots.release import Release, SnapshotPin, make_release
from pinakes.snapshots.writer import write_snapshot


def numbered(paths: CollectionPaths, number: int) -> Release:
    """A release that differs from others in one setting."""
    return make_release(paths, ["v0001"], {}, {"number": number})


def test_release_is_named_by_what_it_binds(written: CollectionPaths) -> None:
    release = make_release(written, ["v0001", "v0001+d0001"], {"calibrator": "c" * 64}, {"top": (1, 2)})
    pins = [
        {"name": name, "digest": read_manifest(written.snapshot(name).manifest).digest}
        for name in ("v0001", "v0001+d0001")
    ]
    content = {"snapshots": pins, "models": {"calibrator": "c" * 64}, "settings": {"top": [1, 2]}}
    assert release.id == f"v0001+d0001-{digest(content)[:8]}"
    assert release.to_dict() == {"id": release.id, **content}
    assert Release.from_dict(release.to_dict()) == release


def test_snapshots_of_a_release_follow_each_other(written: CollectionPaths) -> None:
    write_snapshot(written, base_contents("v0002"))
    write_snapshot(written, delta_contents("v0001+d0002", "v0001+d0001"))
    for snapshots in (
        ["v0001+d0001"],
        [],
        ["v0001", "v0002"],
        ["v0001", "v0001+d0002"],
        ["v0002", "v0001+d0001"],
    ):
        with pytest.raises((UsageError, IntegrityError)):
            make_release(written, snapshots, {}, {})
    make_release(written, ["v0001", "v0001+d0001", "v0001+d0002"], {}, {})


def test_publish_and_read(written: CollectionPaths) -> None:
    release = numbered(written, 1)
    assert publish(written, "live", release, "first") == release == read_release(written, "live")
    ref = read_ref(written, "live")
    assert ref.release == release
    assert [move.reason for move in ref.history] == ["first"]
    publish(written, "candidate", release, "try")
    assert list_refs(written) == ("candidate", "live")


def test_a_folder_of_refs_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    assert list_refs(CollectionPaths(tmp_path)) == ()
    too_long = CollectionPaths(tmp_path / ("x" * 300))  # refused to root as well
    with pytest.raises(StorageError, match="cannot list the refs: File name too long"):
        list_refs(too_long)


def test_file_is_that_of_the_format(written: CollectionPaths) -> None:
    release = numbered(written, 1)
    publish(written, "live", release, "first")
    content = json.loads(written.ref("live").read_bytes())
    plain = json.loads(json.dumps(release.to_dict()))
    assert set(content) == {"ref", "release", "history"}
    assert (content["ref"], content["release"]) == ("live", plain)
    assert content["history"][0]["release"] == plain


def test_publishing_the_same_again_changes_nothing(written: CollectionPaths) -> None:
    first = publish(written, "live", numbered(written, 1), "first")
    before = written.ref("live").stat()
    assert publish(written, "live", numbered(written, 1), "again") == first
    assert written.ref("live").stat().st_mtime_ns == before.st_mtime_ns


def test_rolling_back_twice_goes_two_back(written: CollectionPaths) -> None:
    releases = [numbered(written, n) for n in range(4)]
    for release in releases:
        publish(written, "live", release, "new")
    assert rollback(written, "live") == releases[2]
    assert rollback(written, "live", reason="worse") == releases[1]
    assert [move.reason for move in read_ref(written, "live").history] == [
        f"rollback from {releases[2].id}: worse",
        f"rollback from {releases[3].id}",
        *["new"] * 4,
    ]
    publish(written, "live", numbered(written, 9), "fixed")
    assert [r.settings["number"] for r in read_ref(written, "live").line] == [9, 1, 0]
    assert rollback(written, "live", steps=2) == releases[0]
    with pytest.raises(UsageError, match=r"'live' cannot go back by 1: none came before the present one"):
        rollback(written, "live")
    with pytest.raises(UsageError, match="cannot go back by 0"):
        rollback(written, "live", steps=0)


def test_rolling_back_to_a_named_release_and_forward_again(written: CollectionPaths) -> None:
    releases = [numbered(written, n) for n in range(3)]
    for release in releases:
        publish(written, "live", release, "new")
    assert rollback(written, "live", to=releases[0].id) == releases[0]
    assert rollback(written, "live", to=releases[2].id) == releases[2]
    assert read_ref(written, "live").line == (releases[2], releases[0])
    with pytest.raises(UnknownNameError, match="unknown release 'v0001-0'"):
        rollback(written, "live", to="v0001-0")


def test_history_is_bounded(written: CollectionPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refs, "HISTORY", 4)
    for number in range(6):
        publish(written, "live", numbered(written, number), "new")
    history = read_ref(written, "live").history
    assert [move.release.settings["number"] for move in history] == [5, 4, 3, 2]


def test_release_of_missing_or_other_snapshots_is_refused(written: CollectionPaths) -> None:
    good = numbered(written, 1)
    publish(written, "live", good, "good")
    missing = Release((SnapshotPin("v0005", "0" * 64),), {}, {})
    other = Release((SnapshotPin("v0001", "0" * 64),), {}, {})
    with pytest.raises(IntegrityError, match=r"v0005/manifest\.json: the file is missing"):
        publish(written, "live", missing, "bad")
    with pytest.raises(IntegrityError, match="is another v0001"):
        publish(written, "live", other, "bad")
    assert read_ref(written, "live").release == good


def test_no_such_ref(written: CollectionPaths) -> None:
    publish(written, "live", numbered(written, 1), "first")
    for use in (read_ref, rollback):
        with pytest.raises(UnknownNameError, match="unknown ref 'lve'; did you mean 'live'"):
            use(written, "lve")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"number": 1', '"number": 2', "does not match its own id"),
        ('"ref": "live"', '"ref": "dead"', "contradicts itself"),
        ('"reason": "first",', "", "KeyError"),
        ("{", "", "is not JSON"),
        ('"history": [', '"history": [], "x": [', "is not a ref"),
    ],
)
def test_damaged_ref(written: CollectionPaths, old: str, new: str, problem: str) -> None:
    publish(written, "live", numbered(written, 1), "first")
    path = written.ref("live")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(IntegrityError, match=problem) as caught:
        read_ref(written, "live")
    assert "remove it and publish a release again" in str(caught.value)


def test_what_is_served_is_read_although_an_earlier_move_is_damaged(written: CollectionPaths) -> None:
    publish(written, "live", numbered(written, 1), "first")
    publish(written, "live", numbered(written, 2), "second")
    path = written.ref("live")
    path.write_text(path.read_text(encoding="utf-8").replace('"number": 1', '"number": 7'), encoding="utf-8")
    assert read_release(written, "live") == numbered(written, 2)
    with pytest.raises(IntegrityError, match="does not match its own id"):
        read_ref(written, "live")


def test_a_crash_before_the_rename_changes_nothing(
    written: CollectionPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(written, "live", numbered(written, 1), "first")

    def fail(source: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(StorageError, match="No space left on device"):
            publish(written, "live", numbered(written, 2), "second")
    assert read_release(written, "live") == first
    assert [path.name for path in written.refs.iterdir()] == ["live.json"]
