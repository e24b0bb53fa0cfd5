import polars as pl
import pytest

from pinakes.errors import IntegrityError
from pinakes.ingest.tables import snapshot_tables
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.segments import SegmentRows, join_rows, living, released_hashes
from pinakes.types import AttributeType, Item, View

SCHEMA = {"price": AttributeType.FLOAT}


def segment(*items, removed=()):
    tables = snapshot_tables(((i, "h") for i in items), SCHEMA)
    return SegmentRows(tables.items, tables.views, frozenset(removed))


def item(name, price=None, media=()):
    views = tuple(View("front", m, f"{m}.jpg", 1, 1) for m in media)
    return Item(name, attributes={"price": price}, views=views)


@pytest.fixture
def segments():
    return (
        segment(item("a", 1.0, ["m1"]), item("c", 2.0, ["m2"]), item("e", 3.0)),
        segment(item("b", 4.0), item("c", 5.0, ["m3", "m1"]), removed=["e"]),
    )


def test_later_segments_replace_and_remove(segments):
    assert join_rows(segments)[0]["id"].to_list() == ["a", "c", "e", "b", "c"]
    assert living(segments).tolist() == [True, False, False, True, True]


def test_an_item_removed_and_added_again_lives(segments):
    again = (*segments, segment(item("e", 9.0)))
    assert living(again).tolist() == [True, False, False, True, True, True]


def test_order_is_by_id_over_all_segments(segments):
    order = join_rows(segments)[2]
    assert sorted([0, 3, 4], key=lambda row: order[row]) == [0, 3, 4]
    assert order[0] < order[3] < order[1] < order[2]


def test_views_point_into_the_joined_items(segments):
    assert join_rows(segments)[1]["item_row"].to_list() == [0, 1, 4, 4]


def test_live_attributes_take_the_place_of_frozen_ones(segments):
    live = pl.DataFrame({"id": ["a", "b"], "price": [10.0, 20.0]})
    assert join_rows(segments, live)[0]["price"].to_list() == [10.0, None, None, 20.0, None]


def test_what_a_release_shows_is_content_and_uris_of_living_items(written):
    snapshots = [open_snapshot(written, name) for name in ("v0001", "v0001+d0001")]
    shown = {"a": "aa\nm1.jpg\nm2.jpg", "b": "b2\nm3.jpg", "é": "ee"}
    assert released_hashes(snapshots) == shown
    assert released_hashes(snapshots, ["b", "c", "é", "never"]) == {"b": shown["b"], "é": shown["é"]}
    assert released_hashes(snapshots, []) == released_hashes([]) == {}


def test_a_damaged_table_is_said_to_be(written):
    snapshot = open_snapshot(written, "v0001")
    snapshot.files.items.chmod(0o644)
    snapshot.files.items.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(IntegrityError, match="v0001: its tables are not as written"):
        released_hashes([snapshot])
