from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.catalog.codec import decode_attributes, decode_rights, encode_attributes, encode_rights
from pinakes.kernels.hashing import canonical_json
from pinakes.types import AttributeType, Rights

TYPES = {kind.value: kind for kind in AttributeType}
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "string": TEXT,
        "integer": st.integers(-(2**63), 2**63 - 1),
        "float": st.floats(allow_nan=False, allow_infinity=False),
        "bool": st.booleans(),
        "date": st.dates(),
        "set": st.sets(TEXT).map(lambda members: tuple(sorted(members))),
    },
)


@given(VALUES)
def test_values_come_back_with_their_types(values: dict) -> None:
    import json

    written = canonical_json(encode_attributes(values))
    read = decode_attributes(json.loads(written), TYPES)
    assert read == values
    assert {name: type(value) for name, value in read.items()} == {n: type(v) for n, v in values.items()}


def test_the_written_form() -> None:
    written = encode_attributes(
        {"date": date(2024, 2, 29), "set": ("spring", "summer"), "string": None, "float": 1.0, "bool": True}
    )
    assert (
        canonical_json(written) == b'{"bool":true,"date":"2024-02-29","float":1.0,"set":["spring","summer"]}'
    )


def test_a_whole_number_is_read_as_a_float_where_the_schema_says_float() -> None:
    value = decode_attributes({"float": 3}, TYPES)["float"]
    assert value == 3.0
    assert isinstance(value, float)


def test_attributes_that_left_the_schema_are_left_out() -> None:
    assert decode_attributes({"string": "a", "gone": 1}, TYPES) == {"string": "a"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("string", 1),
        ("integer", 1.5),
        ("integer", True),
        ("float", "1"),
        ("bool", 1),
        ("date", 3),
        ("set", "ab"),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"attribute '{name}' holds .* the schema says {name}"):
        decode_attributes({name: value}, TYPES)


def test_text_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="attribute 'date' holds 'yesterday', which is no date"):
        decode_attributes({"date": "yesterday"}, TYPES)


def test_rights() -> None:
    rights = Rights(license="cc-by", author="Ada", expires=date(2030, 1, 1))
    assert encode_rights(rights) == {"license": "cc-by", "author": "Ada", "expires": "2030-01-01"}
    assert decode_rights(encode_rights(rights)) == rights
    assert decode_rights({}) == Rights()
