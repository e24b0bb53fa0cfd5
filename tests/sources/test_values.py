from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.sources.values import convert
from pinakes.types import AttributeType

STRING, INTEGER, FLOAT = AttributeType.STRING, AttributeType.INTEGER, AttributeType.FLOAT
BOOL, DATE, SET = AttributeType.BOOL, AttributeType.DATE, AttributeType.SET


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (" Ab\x00c ", STRING, "Abc"),
        (7, STRING, "7"),
        (["a", "b"], STRING, "a, b"),
        ("none", STRING, "none"),
        ("  ", STRING, None),
        ("42", INTEGER, 42),
        ("-1,234,567", INTEGER, -1234567),
        ("6.0", INTEGER, 6),
        (6.0, INTEGER, 6),
        (2**63 - 1, INTEGER, 2**63 - 1),
        ("n/a", INTEGER, None),
        ("$35", FLOAT, 35.0),
        ("1,299.50 €", FLOAT, 1299.5),
        ("USD 12", FLOAT, 12.0),
        ("1e-3", FLOAT, 0.001),
        (Decimal("2.5"), FLOAT, 2.5),
        (3, FLOAT, 3.0),
        (float("nan"), FLOAT, None),
        ("NaN", FLOAT, None),
        ("-", FLOAT, None),
        ("Yes", BOOL, True),
        ("0", BOOL, False),
        (1, BOOL, True),
        (1.0, BOOL, True),
        (False, BOOL, False),
        ("", BOOL, None),
        ("2024-02-29", DATE, date(2024, 2, 29)),
        ("2009-12-10T00:00:00Z", DATE, date(2009, 12, 10)),
        ("2009-12-10 23:59", DATE, date(2009, 12, 10)),
        (datetime(2024, 1, 2, 3), DATE, date(2024, 1, 2)),
        (date(2024, 1, 2), DATE, date(2024, 1, 2)),
        ("Spring,Summer", SET, ("Spring", "Summer")),
        ("Summer, Spring, ,Summer", SET, ("Spring", "Summer")),
        (["b", "a", "b", None, ""], SET, ("a", "b")),
        ("['b', 'a']", SET, ("a", "b")),
        (" , ", SET, None),
        ([], SET, None),
        (None, SET, None),
    ],
)
def test_conversion(cell, kind, value):
    converted = convert(cell, kind)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("cell", "kind", "message"),
    [
        ({"a": 1}, STRING, "is not text"),
        ("12.5", INTEGER, "'12.5' is not a 64-bit integer"),
        (2**63, INTEGER, "64-bit"),
        ("9" * 19, INTEGER, "64-bit"),
        (True, INTEGER, "True is not a 64-bit integer"),
        (float("inf"), INTEGER, "64-bit"),
        ("12,5", FLOAT, "'12,5' is not a finite number"),
        ("1e999", FLOAT, "finite"),
        (10**400, FLOAT, "finite"),
        (True, FLOAT, "finite"),
        ("maybe", BOOL, "write true, false, yes, no, 1 or 0"),
        (2, BOOL, "not true or false"),
        ("31.12.2024", DATE, "write it as 2024-12-31"),
        ("2023-02-29", DATE, "not a date"),
        (2024, DATE, "not a date"),
        (b"x", SET, "not a list or text"),
        ("x" * 500, FLOAT, r"^'x{56}\.\.\. is"),
    ],
)
def test_values_of_a_wrong_type(cell, kind, message):
    with pytest.raises(ValueError, match=message):
        convert(cell, kind)


@pytest.mark.parametrize(
    ("cell", "order", "value"),
    [
        ("31.12.2024", "dmy", date(2024, 12, 31)),
        (" 1/2/2024 ", "dmy", date(2024, 2, 1)),
        ("1/2/2024", "mdy", date(2024, 1, 2)),
        ("12-31-2024, 9:05", "mdy", date(2024, 12, 31)),
        ("2024-12-31", "mdy", date(2024, 12, 31)),
        ("n/a", "dmy", None),
    ],
)
def test_dates_with_the_day_or_the_month_first(cell, order, value):
    assert convert(cell, DATE, dates=order) == value


@pytest.mark.parametrize(
    ("cell", "order", "message"),
    [
        ("12/31/2024", "dmy", "write it as 31.12.2024 or 2024-12-31"),
        ("31.12.2024", "mdy", "write it as 12/31/2024 or 2024-12-31"),
        ("31.12/2024", "dmy", "not a date"),
        ("29.2.2023", "dmy", "not a date"),
    ],
)
def test_what_is_no_date_in_an_order(cell, order, message):
    with pytest.raises(ValueError, match=message):
        convert(cell, DATE, dates=order)


MEMBERS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters=",[]"), max_size=8), max_size=6)


@given(MEMBERS)
def test_a_set_is_canonical_however_it_is_written(words):
    value = convert(words, SET)
    assert convert(",".join(words), SET) == value
    assert convert(" , ".join(reversed(words)), SET) == value
    assert convert(list(value or ()), SET) == value
    assert list(value or ()) == sorted(set(value or ()))


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_survive_being_written(number):
    kind = INTEGER if isinstance(number, int) else FLOAT
    assert convert(repr(number), kind) == number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12,50", 12.5),
        ("1.299,5", 1299.5),
        ("1 299,50 €", 1299.5),
        ("€ 1'299", 1299.0),
        ("-,5", -0.5),
        ("1.299", 1299.0),
        ("n/a", None),
        (7.25, 7.25),
    ],
)
def test_numbers_with_a_decimal_comma(cell, value):
    assert convert(cell, AttributeType.FLOAT, decimal=",") == value


@pytest.mark.parametrize("cell", ["12.5", "1,299.50", "1,2,3", "12,5e", ","])
def test_what_is_no_number_with_a_decimal_comma(cell):
    with pytest.raises(ValueError, match="is not a finite number"):
        convert(cell, AttributeType.FLOAT, decimal=",")
