from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import UsageError
from pinakes.snapshots.layout import CollectionPaths, SnapshotName, list_snapshots, next_base, next_delta


def test_paths_are_those_of_the_format() -> None:
    paths = CollectionPaths(Path("coins"))
    inside = {
        "pinakes.toml": paths.settings,
        "synonyms.toml": paths.synonyms,
        ".pinakes": paths.machinery,
        ".pinakes/catalog.db": paths.catalog_db,
        ".pinakes/features.db": paths.features_db,
        ".pinakes/writer.lock": paths.writer_lock,
        ".pinakes/media": paths.media,
        ".pinakes/snapshots": paths.snapshots,
        ".pinakes/snapshots/v0001/manifest.json": paths.snapshot("v0001").manifest,
        ".pinakes/snapshots/v0001/items.parquet": paths.snapshot("v0001").items,
        ".pinakes/snapshots/v0001/views.parquet": paths.snapshot("v0001").views,
        ".pinakes/snapshots/v0001/vectors/s.npy": paths.snapshot("v0001").vectors("s"),
        ".pinakes/snapshots/v0001/vectors/s.rows.parquet": paths.snapshot("v0001").rows("s"),
        ".pinakes/snapshots/v0001/lexical": paths.snapshot("v0001").lexical,
        ".pinakes/snapshots/v0001/encoders/s": paths.snapshot("v0001").encoder("s"),
        ".pinakes/snapshots/v0001+d0001/tombstones.parquet": paths.snapshot("v0001+d0001").tombstones,
        ".pinakes/indexes/v0001/s": paths.index("v0001", "s"),
        ".pinakes/models": paths.models,
        ".pinakes/live": paths.live,
        ".pinakes/leases/v0001": paths.lease("v0001"),
        ".pinakes/refs/live.json": paths.ref("live"),
        ".pinakes/blocks.json": paths.blocks,
    }
    assert {name: path.relative_to("coins").as_posix() for name, path in inside.items()} == {
        name: name for name in inside
    }


@given(st.integers(1, 10**9 - 1), st.integers(0, 10**9 - 1))
def test_names_read_back(base: int, delta: int) -> None:
    name = SnapshotName(base, delta)
    assert SnapshotName.parse(str(name)) == name
    assert name.is_delta == (delta > 0)


def test_names_order_as_they_followed_each_other() -> None:
    names = ["v0001", "v0001+d0001", "v0001+d0002", "v0002", "v10000"]
    assert [str(name) for name in sorted(map(SnapshotName.parse, reversed(names)))] == names


@pytest.mark.parametrize(
    "text", ["", "v1", "v0000", "v00001", "v0001+d0000", "v0001+d1", "V0001", "../v0001", "v0001/", "v0001\n"]
)
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a snapshot, such as v0001"):
        SnapshotName.parse(text)


@pytest.mark.parametrize("name", ["", "../live", "a/b", ".live", "a" * 65, "live.json"])
def test_ref_names_stay_in_their_folder(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a ref"):
        CollectionPaths(Path()).ref(name)


def test_next_names(paths: CollectionPaths) -> None:
    assert str(next_base(paths)) == "v0001"
    for name in ("v0002", "v0002+d0003", "v0001", ".tmp-v0009", "notes"):
        (paths.snapshots / name).mkdir(parents=True)
    assert [str(name) for name in list_snapshots(paths)] == ["v0001", "v0002", "v0002+d0003"]
    assert str(next_base(paths)) == "v0003"
    assert str(next_delta(paths, SnapshotName(1))) == "v0001+d0001"
    assert str(next_delta(paths, SnapshotName(2, 3))) == "v0002+d0004"


def test_a_name_that_left_a_lease_is_never_given_again(paths: CollectionPaths) -> None:
    paths.leases.mkdir(parents=True)
    paths.lease("v0007+d0002").touch()
    assert str(next_base(paths)) == "v0008"
    assert str(next_delta(paths, SnapshotName(7))) == "v0007+d0003"
