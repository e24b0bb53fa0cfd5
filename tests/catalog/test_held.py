import pytest
import sqlalchemy as sa

from pinakes.catalog.held import hold_items, release_held, restore_held
from pinakes.catalog.items import PlacedItem, delete_items, put_items
from pinakes.catalog.journal import last_touch, touched_since
from pinakes.catalog.media import Medium, put_media
from pinakes.catalog.schema import held, items, media, views
from pinakes.types import Item, Rights, View

ONE, TWO = ("1" * 64, "2" * 64)
FIRST = Item(
    "a", "first", "words", {"price": 1.5, "seasons": ("summer",)}, Rights(license="CC0"),
    (View("front", ONE, "a.jpg", 8, 9, None),), {"clip": "digest"},
)  # fmt: skip
OTHER = Item("a", "second", "", {}, Rights(), (View("front", TWO, "b.jpg", 8, 9, None),))
NEW = Item("b", "new", "", {}, Rights(), ())


@pytest.fixture
def filled(catalog):
    with catalog.write() as connection:
        put_media(connection, [Medium(ONE, 1, 8, 9, "JPEG", None)])
        put_items(connection, 1, [PlacedItem(FIRST, "t:1")])
    return catalog


def state(catalog):
    """All rows that a freeze reads."""
    with catalog.read() as connection:
        return [
            sorted(map(repr, connection.execute(sa.select(table)).all())) for table in (items, views, media)
        ]


def replace_and_add(connection, run=2):
    put_media(connection, [Medium(TWO, 1, 8, 9, "JPEG", None)])
    hold_items(connection, ["a", "b"])
    put_items(connection, run, [PlacedItem(OTHER, "t:1"), PlacedItem(NEW, "t:2")])


def test_what_was_replaced_added_and_deleted_is_as_it_was(filled):
    before = state(filled)
    with filled.write() as connection:
        replace_and_add(connection)
    with filled.write() as connection:  # the same batch, made again after a kill, and a deletion
        replace_and_add(connection, run=3)
        hold_items(connection, ["a"])
        delete_items(connection, ["a"])
        touched = last_touch(connection)
    assert state(filled) != before
    with filled.write() as connection:
        assert restore_held(connection) == ("a", "b")
        assert touched_since(connection, touched) == ("a", "b")
        assert connection.execute(sa.select(held)).all() == []
    assert state(filled) == before


def test_what_was_accepted_stays(filled):
    with filled.write() as connection:
        replace_and_add(connection)
        release_held(connection)
    after = state(filled)
    with filled.write() as connection:
        assert restore_held(connection) == ()
    assert state(filled) == after
