import hashlib
from dataclasses import replace
from datetime import date

from pinakes.catalog.identity import item_hash, row_hash
from pinakes.types import Item, Rights, View

FRONT = View("front", "ab", "pictures/1.jpg", 10, 20, "00ff")
ITEM = Item(
    "é1",
    "Red dress",
    "long",
    {"price": 9.5, "made": date(2020, 1, 2), "tags": ("a", "b")},
    Rights(license="cc0"),
    (FRONT,),
    {"clip": "cd"},
)


def test_the_hash_is_the_sha256_of_this_text() -> None:
    text = (
        '{"attributes":{"made":"2020-01-02","price":9.5,"tags":["a","b"]},"id":"é1",'
        '"rights":{"license":"cc0"},"text":"long","title":"Red dress",'
        '"vectors":{"clip":"cd"},"views":[["front","ab"]]}'
    )
    assert item_hash(ITEM) == hashlib.sha256(text.encode()).hexdigest()


def test_every_part_counts() -> None:
    back = View("back", "ef", "pictures/2.jpg", 1, 1)
    two = replace(ITEM, views=(FRONT, back))
    others = [
        replace(ITEM, id="e1"),
        replace(ITEM, title="Red Dress"),
        replace(ITEM, text=""),
        replace(ITEM, attributes={**ITEM.attributes, "price": 9.6}),
        replace(ITEM, rights=Rights()),
        replace(ITEM, views=(replace(FRONT, role="back"),)),
        replace(ITEM, views=(replace(FRONT, media="ba"),)),
        replace(ITEM, vectors={}),
        two,
        replace(ITEM, views=(back, FRONT)),
    ]
    assert len({item_hash(item) for item in (ITEM, *others)}) == 11


def test_uris_and_unknown_attributes_do_not_count() -> None:
    moved = replace(ITEM, views=(replace(FRONT, uri="elsewhere.jpg"),))
    assert item_hash(moved) == item_hash(ITEM)
    assert item_hash(replace(ITEM, attributes={**ITEM.attributes, "size": None})) == item_hash(ITEM)


def test_live_attributes_do_not_count() -> None:
    dearer = replace(ITEM, attributes={**ITEM.attributes, "price": 10.0})
    assert item_hash(dearer, exclude=("price",)) == item_hash(ITEM, exclude=("price",))
    assert item_hash(dearer, exclude=("price",)) != item_hash(dearer)


def test_the_row_hash_covers_what_the_content_hash_leaves_out() -> None:
    dearer = replace(ITEM, attributes={**ITEM.attributes, "price": 10.0})
    moved = replace(ITEM, views=(replace(FRONT, uri="elsewhere.jpg"),))
    content = item_hash(ITEM, exclude=("price",))
    assert all(item_hash(item, exclude=("price",)) == content for item in (dearer, moved))
    assert len({row_hash(item, content, exclude=("price",)) for item in (ITEM, dearer, moved)}) == 3
    assert row_hash(ITEM, content, ("price",)) == row_hash(replace(ITEM), content, ("price",))
