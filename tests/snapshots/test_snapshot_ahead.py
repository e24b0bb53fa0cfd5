import os
from pathlib import Path

import pytest

from pinakes.snapshots import ahead
from pinakes.snapshots.ahead import read_release_ahead
from pinakes.snapshots.layout import CollectionPaths


@pytest.fixture
def asked(monkeypatch):
    """Names of the files that the disk was asked for."""
    names = []

    def advise(descriptor, *_):
        names.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(os, "posix_fadvise", advise)
    return names


@pytest.fixture
def paths(tmp_path):
    """A collection of two snapshots, of which the live ref names the first."""
    paths = CollectionPaths(tmp_path)
    for name in ("v0001", "v0002"):
        for folder in (paths.snapshot(name).folder / "lexical", paths.index(name, "picture") / "approximate"):
            folder.mkdir(parents=True)
            (folder / f"{name}-{folder.name}.bin").write_bytes(b"12345")
    paths.refs.mkdir()
    paths.ref("live").write_text('{"release": {"snapshots": [{"name": "v0001"}]}}')
    return paths


def test_the_files_of_a_release_and_of_its_indexes_are_asked_for(paths, asked):
    read_release_ahead(paths, "live")
    assert sorted(asked) == ["v0001-approximate.bin", "v0001-lexical.bin"]


def test_large_files_are_left_to_those_who_look_at_them(paths, asked, monkeypatch):
    monkeypatch.setattr(ahead, "LARGEST", 4)
    read_release_ahead(paths, "live")
    assert not asked


@pytest.mark.parametrize("ref", ["absent", "not a name", "live"])
@pytest.mark.parametrize("content", ["{", "[]", '{"release": {"snapshots": [{"name": "../v0001"}]}}'])
def test_what_is_missing_or_damaged_is_left_to_those_who_open_it(paths, asked, ref, content):
    paths.ref("live").write_text(content)
    read_release_ahead(paths, ref)
    assert not asked


def test_a_system_without_advice_is_asked_for_nothing(paths, monkeypatch):
    monkeypatch.delattr(os, "posix_fadvise")
    read_release_ahead(paths, "live")
