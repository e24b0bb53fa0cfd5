import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pinakes.ingest.validate import validate
from pinakes.sources.base import PictureRef, Record, Rejection
from pinakes.types import AttributeType, Rights

TYPES = {"price": AttributeType.FLOAT, "made": AttributeType.DATE, "tags": AttributeType.SET}


def valid(**fields: object) -> Record:
    result = validate(replace(Record("row 1", "one", title="One"), **fields), TYPES)
    assert isinstance(result, Record)
    return result


def test_a_good_record_stays_as_it_is() -> None:
    good = Record("row 1", "é", "t", "x", {"made": date(2020, 1, 1), "tags": ("a",)}, Rights(license="cc0"))
    assert validate(good, TYPES) == good


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_numbers_that_are_none_are_unknown(value: float | None) -> None:
    result = valid(attributes={"price": value})
    assert result.attributes == {}
    assert result.left_out == ()


def test_values_take_the_type_of_the_schema_and_unknown_names_go() -> None:
    result = valid(attributes={"price": 3, "colour": "red"})
    assert result.attributes == {"price": 3.0}
    assert isinstance(result.attributes["price"], float)


def test_a_wrong_value_is_left_out_with_a_reason() -> None:
    result = valid(attributes={"price": "dear", "made": date(2020, 1, 1)})
    assert result.attributes == {"made": date(2020, 1, 1)}
    detail = "attribute 'price' holds 'dear', the schema says float"
    assert result.left_out == (Rejection("row 1", "wrong_type", detail, "one", field="price"),)


def test_vectors_are_scaled_and_bad_ones_left_out() -> None:
    good, zero = np.array([0, 2], np.float32), np.zeros(2, np.float32)
    result = valid(vectors={"good": good, "zero": zero, "nan": np.array([1, np.nan], np.float32)})
    assert set(result.vectors) == {"good"}
    np.testing.assert_array_equal(result.vectors["good"], np.array([0, 1], np.float32))
    assert [(each.reason, each.field) for each in result.left_out] == [
        ("bad_vector", "zero"),
        ("bad_vector", "nan"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "a\0b"},
        {"title": "half \ud83d"},
        {"text": "\0"},
        {"attributes": {"tags": ("ok", "\udcff")}},
        {"attributes": {"name": "\0"}},
        {"rights": Rights(author="\udcff")},
        {"pictures": (PictureRef("front", "caf\udce9.jpg", Path("x")),)},
    ],
)
def test_text_that_no_database_stores_refuses_the_record(fields: dict) -> None:
    result = validate(replace(Record("row 1", "one"), **fields), {**TYPES, "name": AttributeType.STRING})
    assert isinstance(result, Rejection)
    assert (result.where, result.reason) == ("row 1", "bad_text")


def test_a_rejection_can_always_be_stored() -> None:
    result = validate(Rejection("caf\udce9.jpg", "bad_id", "a\0b", "\udce9", "\udce9.jpg"), TYPES)
    assert result == Rejection("caf\\udce9.jpg", "bad_id", "a\\x00b", "\\udce9", "\\udce9.jpg")
