from pinakes.ingest.tables import snapshot_tables
from pinakes.ingest.texts import captions, text_fields
from pinakes.types import AttributeType, Item

SCHEMA = {"maker": AttributeType.STRING, "tags": AttributeType.SET, "price": AttributeType.FLOAT}


def test_strings_and_sets_are_words_and_numbers_are_not():
    items = [
        (Item("a", "Red dress", "soft", {"maker": "Ada", "tags": ("new", "warm"), "price": 9.5}), "h"),
        (Item("b", "Hat"), "h"),
    ]
    frame = snapshot_tables(items, SCHEMA).items
    fields = text_fields(frame, SCHEMA)
    attributes = ["Ada\x1fnew\x1fwarm", ""]  # kept apart: no phrase reaches from one to the next
    assert fields == {"title": ["Red dress", "Hat"], "text": ["soft", ""], "attributes": attributes}
    assert captions(fields) == ["Red dress soft Ada new warm", "Hat"]


def test_a_schema_without_words():
    frame = snapshot_tables([(Item("a", "T"), "h")], {"price": AttributeType.FLOAT}).items
    assert text_fields(frame, {"price": AttributeType.FLOAT})["attributes"] == [""]
