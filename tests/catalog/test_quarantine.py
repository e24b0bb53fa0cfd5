from pinakes.catalog.database import Database
from pinakes.catalog.quarantine import (
    Entry,
    clear_before,
    clear_items,
    count_reasons,
    put_entries,
    read_entries,
)

ROW = Entry("items.csv:3", "missing_id", "the column 'id' is empty")
PICTURE = Entry("items.csv:4", "undecodable", "not a picture", "coin-1", "a.jpg")
REPEATED = Entry("items.csv:5", "repeated_id", "also in row 4", "coin-1")
VALUE = Entry("items.csv:7", "wrong_type", "'soon' is no date", "coin-3", field="made")
OTHER = Entry("items.csv:6", "undecodable", "not a picture", "coin-2", "b.jpg")


def test_entries_come_back_in_order(catalog: Database) -> None:
    with catalog.write() as connection:
        put_entries(connection, 1, [ROW, PICTURE])
        put_entries(connection, 1, [])
        put_entries(connection, 1, [OTHER, VALUE])
    with catalog.read() as connection:
        assert list(read_entries(connection)) == [ROW, PICTURE, OTHER, VALUE]
        assert list(read_entries(connection, ["coin-1"])) == [PICTURE]
        assert count_reasons(connection) == {"missing_id": 1, "undecodable": 2, "wrong_type": 1}


def test_a_later_run_clears_items_but_not_what_it_said_itself(catalog: Database) -> None:
    with catalog.write() as connection:
        put_entries(connection, 1, [PICTURE, OTHER])
        put_entries(connection, 2, [REPEATED])
        clear_items(connection, 2, ["coin-1"])
        assert list(read_entries(connection)) == [OTHER, REPEATED]


def test_a_run_over_the_whole_source_clears_everything_before_it(catalog: Database) -> None:
    with catalog.write() as connection:
        put_entries(connection, 1, [ROW, OTHER])
        put_entries(connection, 2, [PICTURE])
        clear_before(connection, 2)
        assert list(read_entries(connection)) == [PICTURE]
