from dataclasses import asdict

from test_duplicate_families import NEAR, views

from pinakes.ingest.duplicates.kinds import Kind
from pinakes.ingest.duplicates.report import report_duplicates


def test_a_family_is_told_once_at_its_closest_kind():
    ids = ["coin-1", "coin-2", "coin-3", "coin-0", "coin-4"]
    report = report_duplicates(views("a", "a", "b", "c", "q"), ids, NEAR)
    assert report.pairs == {Kind.IDENTICAL: 0, Kind.REENCODED: 1, Kind.EDITED: 2, Kind.OTHER_PHOTO: 0}
    assert report.families == {
        Kind.IDENTICAL: (("coin-1", "coin-2"),),
        Kind.REENCODED: (("coin-1", "coin-2", "coin-3"),),
        Kind.EDITED: (("coin-0", "coin-1", "coin-2", "coin-3"),),
        Kind.OTHER_PHOTO: (),
    }
    assert set(asdict(report)) == {"pairs", "families"}


def test_a_collection_without_duplicates():
    report = report_duplicates(views("a", "q"), ["1", "2"], [])
    assert not any(report.families.values())
    assert not any(report.pairs.values())
