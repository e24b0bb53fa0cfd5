import sqlite3

from pinakes.catalog.database import open_catalog
from pinakes.catalog.items import PlacedItem, delete_items, put_items
from pinakes.catalog.journal import last_touch, put_mark, read_mark, touch, touched_since
from pinakes.types import Item


def test_what_was_touched_after_a_mark(catalog):
    with catalog.write() as connection:
        assert last_touch(connection) == 0
        touch(connection, ["b", "a"])
    with catalog.write() as connection:
        put_mark(connection, "v0001", "digest", last_touch(connection))
        touch(connection, ["c", "a"])
    with catalog.read() as connection:
        assert read_mark(connection, "v0001", "digest") == 1
        assert touched_since(connection, 1) == ("a", "c")
        assert touched_since(connection, 0) == ("a", "b", "c")
        assert touched_since(connection, last_touch(connection)) == ()


def test_a_mark_holds_for_the_bytes_it_was_made_for(catalog):
    with catalog.write() as connection:
        put_mark(connection, "v0001", "one", 1)
        put_mark(connection, "v0001", "two", 2)
        assert read_mark(connection, "v0001", "one") is None
        assert read_mark(connection, "v0001", "two") == 2


def test_putting_and_deleting_touches_what_changed_alone(catalog):
    with catalog.write() as connection:
        put_items(connection, 1, [PlacedItem(Item("a", "A"), "1"), PlacedItem(Item("b", "B"), "2")])
    with catalog.write() as connection:
        put_items(connection, 2, [PlacedItem(Item("a", "A"), "1"), PlacedItem(Item("b", "new"), "2")])
        assert touched_since(connection, 1) == ("b",)
    with catalog.write() as connection:
        delete_items(connection, ["a", "never there"])
        assert touched_since(connection, 2) == ("a",)


def test_a_catalogue_without_a_journal_gets_one(tmp_path):
    path = tmp_path / "catalog.db"
    open_catalog(path).close()
    with sqlite3.connect(path) as raw:
        raw.executescript("DROP TABLE touched; DROP TABLE marks; UPDATE schema_version SET version = 1;")
    raw.close()
    catalog = open_catalog(path)
    with catalog.write() as connection:
        touch(connection, ["a"])
        assert last_touch(connection) == 1
    catalog.close()
