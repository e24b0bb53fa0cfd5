from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinakes.catalog.database import Database
from pinakes.catalog.identity import item_hash
from pinakes.catalog.items import (
    PlacedItem,
    Upserted,
    content_hashes,
    count_items,
    count_seen,
    delete_items,
    first_unseen,
    put_items,
    seen_items,
    stream_items,
    uris_of,
)
from pinakes.catalog.media import Medium, put_media, read_media
from pinakes.catalog.schema import items as items_table
from pinakes.errors import IntegrityError
from pinakes.types import AttributeType, Item, Rights, View

TYPES = {"price": AttributeType.FLOAT, "made": AttributeType.DATE, "tags": AttributeType.SET}


def medium(letter: str) -> Medium:
    return Medium(letter * 64, 100, 40, 30, "JPEG", "0123456789abcdef" if letter != "f" else None)


def view(letter: str, role: str = "front") -> View:
    shown = medium(letter)
    return View(role, shown.sha256, f"{letter}.jpg", shown.width, shown.height, shown.phash)


COIN = Item(
    "coin-1",
    "As of Nero",
    "bronze",
    {"price": 9.0, "made": date(66, 1, 1), "tags": ("bronze", "rome")},
    Rights("cc0", "Ada", expires=date(2030, 5, 6)),
    (view("a", "obverse"), view("b", "reverse")),
    {"clip": "d" * 64},
)


def put(catalog: Database, run: int, new: Sequence[Item], live: Sequence[str] = ()) -> Upserted:
    with catalog.write() as connection:
        put_media(connection, [medium(shown.media[0]) for item in new for shown in item.views])
        return put_items(connection, run, [PlacedItem(item, f"row {item.id}") for item in new], live)


def all_items(catalog: Database) -> list[Item]:
    with catalog.read() as connection:
        return [stored.item for stored in stream_items(connection, TYPES)]


def held_media(catalog: Database) -> str:
    with catalog.read() as connection:
        return "".join(sorted(digest[0] for digest in read_media(connection, [c * 64 for c in "abcdef"])))


def test_an_item_comes_back_as_it_was_put(catalog: Database) -> None:
    assert put(catalog, 1, [COIN]) == Upserted(added=("coin-1",))
    with catalog.read() as connection:
        (stored,) = stream_items(connection, TYPES)
        assert count_items(connection) == 1
        assert content_hashes(connection) == {"coin-1": item_hash(COIN)}
    assert stored.item == COIN
    assert stored.place == "row coin-1"
    assert stored.content_hash == item_hash(COIN)


def test_the_same_item_again_changes_nothing(catalog: Database) -> None:
    put(catalog, 1, [COIN])
    assert put(catalog, 2, [COIN]) == Upserted(unchanged=("coin-1",))
    with catalog.read() as connection:
        row = connection.execute(sa.select(items_table)).one()
    assert (row.added_run, row.updated_run, row.seen_run) == (1, 1, 2)


def test_an_update_replaces_the_views_and_drops_media_that_nothing_shows(catalog: Database) -> None:
    other = Item("coin-2", views=(view("a"),))
    put(catalog, 1, [COIN, other])
    new = replace(COIN, title="Dupondius", views=(view("c", "obverse"),))
    assert put(catalog, 2, [new]) == Upserted(updated=("coin-1",))
    assert all_items(catalog) == [new, other]
    assert held_media(catalog) == "ac"  # a is still shown by coin-2; b by nobody
    with catalog.read() as connection:
        row = connection.execute(sa.select(items_table).where(items_table.c.id == "coin-1")).one()
    assert (row.added_run, row.updated_run, row.seen_run) == (1, 2, 2)


def test_live_attributes_and_uris_are_updates_that_keep_the_content_hash(catalog: Database) -> None:
    put(catalog, 1, [COIN], live=["price"])
    dearer = replace(COIN, attributes={**COIN.attributes, "price": 10.0})
    moved = replace(dearer, views=(replace(COIN.views[0], uri="x.jpg"), COIN.views[1]))
    for run, item in enumerate((dearer, moved), start=2):
        assert put(catalog, run, [item], live=["price"]) == Upserted(updated=("coin-1",))
        with catalog.read() as connection:
            (stored,) = stream_items(connection, TYPES)
        assert stored.item == item
        assert stored.content_hash == item_hash(COIN, ["price"])


def test_a_new_place_is_stored_and_is_no_update(catalog: Database) -> None:
    put(catalog, 1, [COIN])
    with catalog.write() as connection:
        assert put_items(connection, 2, [PlacedItem(COIN, "row 99")]) == Upserted(unchanged=("coin-1",))
        (stored,) = stream_items(connection, TYPES)
    assert stored.place == "row 99"


def test_delete(catalog: Database) -> None:
    put(catalog, 1, [COIN, Item("coin-2", views=(view("b"),))])
    with catalog.write() as connection:
        assert uris_of(connection, ["coin-1"]) == {"a.jpg", "b.jpg"}
        assert delete_items(connection, ["nobody", "coin-1"]) == ("coin-1",)
    assert [item.id for item in all_items(catalog)] == ["coin-2"]
    assert held_media(catalog) == "b"


def test_what_a_run_has_seen(catalog: Database) -> None:
    put(catalog, 1, [Item("a", "x"), Item("b", "x"), Item("c", "x")])
    put(catalog, 2, [Item("b", "x")])
    with catalog.read() as connection:
        assert seen_items(connection, 2, ["a", "b", "z"]) == {"b"}
        assert count_seen(connection, 2) == 1
        assert first_unseen(connection, 2) == ("a", "c")
        assert first_unseen(connection, 2, limit=1) == ("a",)


def test_a_view_without_its_medium_is_impossible(catalog: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), catalog.write() as connection:
        put_items(connection, 1, [PlacedItem(COIN, "row 1")])
    assert all_items(catalog) == []


def test_items_stream_in_code_point_order(catalog: Database) -> None:
    # U+FF5E sorts before U+1F600 by code point and after it by UTF-16 unit; B before a unlike in a locale.
    ids = ["\U0001f600", "～", "é", "e\u0301", "B", "a", "a b", "a-b", "10", "9", "zz", "ı"]
    put(catalog, 1, [Item(id, "x") for id in ids])
    assert [item.id for item in all_items(catalog)] == sorted(ids)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_any_ids_stream_in_code_point_order(catalog: Database, ids: set[str]) -> None:
    with catalog.write() as connection:
        delete_items(connection, [stored.item.id for stored in stream_items(connection, {})])
        put_items(connection, 1, [PlacedItem(Item(id), "") for id in ids])
        assert [stored.item.id for stored in stream_items(connection, {})] == sorted(ids)


def test_chosen_items_stream_in_order_past_one_statement(catalog: Database) -> None:
    ids = [f"{number:04}" for number in range(1200)]
    put(catalog, 1, [Item(id, "x") for id in ids])
    wanted = [*reversed(ids[::2]), "nobody", ids[0]]
    with catalog.read() as connection:
        assert [stored.item.id for stored in stream_items(connection, {}, wanted)] == ids[::2]


def test_streaming_needs_no_sort_of_the_whole_table(catalog: Database) -> None:
    from pinakes.catalog import items as module

    with catalog.read() as connection:
        sql = str(module._WITH_VIEWS.compile(connection.engine))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    steps = [row[3] for row in plan]
    assert not [step for step in steps if step == "USE TEMP B-TREE FOR ORDER BY"], steps
    assert steps[0].startswith("SCAN items USING INDEX"), steps


def test_a_value_that_no_longer_fits_the_schema_names_the_item(catalog: Database) -> None:
    put(catalog, 1, [COIN])
    changed = {**TYPES, "price": AttributeType.STRING}
    with (
        pytest.raises(IntegrityError, match=r"catalog\.db: item 'coin-1': attribute 'price'"),
        catalog.read() as connection,
    ):
        list(stream_items(connection, changed))
