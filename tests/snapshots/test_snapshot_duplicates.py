import polars as pl
import pytest

from pinakes.snapshots.duplicates import COMPARISONS, FILE, Kind, newest_comparisons, read_pairs, write_pairs
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.release import SnapshotPin

CHAIN = (SnapshotPin("v0001", "aa"), SnapshotPin("v0001+d0001", "bb"))
ROWS = [
    ("a", "b", False, 0.97, 0.1, 1.0, "reencoded"),
    ("a", "b", True, 0.9, 0.1, 60.0, "edited"),
    ("a", "c", False, 0.3, 9.0, 60.0, None),
]


@pytest.fixture
def paths(tmp_path):
    return CollectionPaths(tmp_path)


def table(rows=ROWS):
    return pl.DataFrame(rows, COMPARISONS, orient="row")


def test_what_was_written_is_read_each_pair_once_at_its_closest(paths):
    write_pairs(paths, CHAIN, table())
    stored = read_pairs(paths, CHAIN)
    assert [(p.first, p.second, p.kind, p.mirrored) for p in stored.pairs] == [
        ("a", "b", Kind.REENCODED, False)
    ]
    assert stored.covered == 2
    assert newest_comparisons(paths).equals(table())


def test_a_later_delta_is_not_covered(paths):
    write_pairs(paths, CHAIN[:1], table())
    assert read_pairs(paths, CHAIN).covered == 1


def test_what_was_built_from_other_bytes_or_is_damaged_is_absent(paths):
    assert read_pairs(paths, CHAIN) is None
    assert newest_comparisons(paths) is None
    write_pairs(paths, CHAIN, table())
    assert read_pairs(paths, (CHAIN[0], SnapshotPin("v0001+d0001", "cc"))) is None
    (paths.indexes / "v0001+d0001" / FILE).write_bytes(b"PAR1 not at all")
    assert read_pairs(paths, CHAIN) is None
    assert newest_comparisons(paths) is None
