import dataclasses
import re
from datetime import date

import pytest

from pinakes.samples.families.words import COLOUR_WORDS, a, listed
from pinakes.samples.records import FAMILIES, LICENSES, make_record
from pinakes.samples.schema import SCHEMA
from pinakes.types import RESERVED_FIELDS, AttributeType

PYTHON = {
    AttributeType.STRING: str,
    AttributeType.INTEGER: int,
    AttributeType.FLOAT: float,
    AttributeType.BOOL: bool,
    AttributeType.DATE: date,
    AttributeType.SET: tuple,
}


@pytest.fixture(scope="module")
def records():
    return [make_record(1, number) for number in range(1500)]


def test_attributes_have_the_types_of_the_schema(records):
    for record in records:
        assert list(record.attributes) == list(SCHEMA)
        for name, value in record.attributes.items():
            assert value is None or type(value) is PYTHON[SCHEMA[name]], (record.id, name, value)


def test_sets_are_sorted_without_repeats(records):
    for record in records:
        for name, value in record.attributes.items():
            if SCHEMA[name] is AttributeType.SET and value is not None:
                assert value == tuple(sorted(set(value)))


def test_every_attribute_has_a_value_somewhere_and_every_fact_is_an_attribute(records):
    used = {name for record in records for name, value in record.attributes.items() if value is not None}
    assert used == set(SCHEMA)
    for record in records[: len(FAMILIES)]:
        facts = {field.name for field in dataclasses.fields(record.facts)}
        assert facts <= set(SCHEMA)
        filled = {name for name, value in record.attributes.items() if value is not None}
        assert filled <= facts | {"family", "date_added", "synthetic"}


def test_no_attribute_takes_a_reserved_name():
    assert not set(SCHEMA) & set(RESERVED_FIELDS)


def test_prices_and_stock_go_together(records):
    for record in records:
        price, stock, in_stock = (record.attributes[n] for n in ("price", "stock", "in_stock"))
        if record.family.name in ("garment", "product"):
            assert price > 0 and round(price, 2) == price and stock >= 0
            assert in_stock is (stock > 0)
        else:
            assert (price, stock, in_stock) == (None, None, None)


def test_rights_are_a_mix_of_all_licences(records):
    share = {name: sum(r.rights.license == name for r in records) / len(records) for name in LICENSES}
    assert sum(share.values()) == pytest.approx(1)
    for name, (_, expected) in LICENSES.items():
        assert share[name] == pytest.approx(expected, abs=0.05)
    assert all(
        "synthetic" in r.rights.attribution and r.rights.author in r.rights.attribution for r in records
    )


def test_about_fifteen_in_a_hundred_leave_the_colour_to_the_picture(records):
    shown = [r for r in records if r.family.name in ("garment", "product")]
    silent = 0
    for record in shown:
        words = f"{record.words.title} {record.words.description}".lower()
        names = COLOUR_WORDS[record.attributes["colour"]]
        silent += not any(re.search(rf"\b{name}\b", words) for name in names)
    assert 0.11 < silent / len(shown) < 0.19


def test_wording_varies(records):
    for family in FAMILIES:
        mine = [r.words for r in records if r.family is family]
        assert len({w.description for w in mine}) > 0.9 * len(mine)
        assert len({w.title for w in mine}) > 0.3 * len(mine)


def test_texts_are_tidy(records):
    for record in records:
        title, description = record.words.title, record.words.description
        assert title[0].isupper() and description[0].isupper() and description.endswith(".")
        for text in (title, description):
            assert not re.search(r"  | ,|,,|\.\.| \.|None|\b[Aa] [aeiouAEIOU]|\b[Aa]n [^aeiouAEIOU]", text), (
                text
            )


def test_a_record_depends_on_seed_and_number_only(records):
    again = make_record(1, 700)
    assert (again.row(), again.facts) == (records[700].row(), records[700].facts)
    assert make_record(2, 700).row() != again.row()


def test_known_rows_have_the_declared_columns(records):
    row = records[3].row()
    assert row["id"] == "coin-0001"
    assert (row["front"], row["obverse"], row["reverse"]) == (
        None,
        "images/coin-0001_obverse.jpg",
        "images/coin-0001_reverse.jpg",
    )
    assert date.fromisoformat(row["date_added"]) == records[3].attributes["date_added"]


@pytest.mark.parametrize(("phrase", "expected"), [("red mug", "a red mug"), ("orange mug", "an orange mug")])
def test_article(phrase, expected):
    assert a(phrase) == expected


@pytest.mark.parametrize(
    ("parts", "expected"), [([], ""), (["x"], "x"), (["x", "y"], "x and y"), (["x", "y", "z"], "x, y and z")]
)
def test_listed(parts, expected):
    assert listed(parts) == expected
