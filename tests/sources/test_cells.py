from datetime import date, datetime

import numpy as np
import pytest

from pinakes.sources.cells import as_text, as_vector, is_nothing, members, parse_list


@pytest.mark.parametrize("cell", [None, "", float("nan"), [], (), np.array([])])
def test_nothing(cell):
    assert is_nothing(cell)
    assert as_text(cell) == ""


@pytest.mark.parametrize("cell", [0, False, " ", "nan", 0.0, [None]])
def test_something(cell):
    assert not is_nothing(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" a ", "a"),
        (17.0, "17"),
        (17.5, "17.5"),
        (True, "true"),
        (np.bool_(False), "false"),
        (date(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4), "2024-01-02T03:04:00"),
        (["a", None, "b"], "a; b"),
        ({"a": 1}, ""),
        (b"bytes", ""),
    ],
)
def test_as_text(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["a", 1]', ["a", 1]),
        ("['Gin', \"Lime, fresh\"]", ["Gin", "Lime, fresh"]),
        ("[]", []),
        ("['a' b]", None),
        ("a, b", None),
        ('{"a": 1}', None),
        ("[__import__('os')]", None),
    ],
)
def test_parse_list(text, expected):
    assert parse_list(text) == expected


def test_members():
    assert members("b, a,,b ", ",") == ("b", "a", "b")
    assert members(["x, y", 2.0, None], ",") == ("x, y", "2")
    assert members("['x', 'y']", ",") == ("x", "y")
    assert members(7, ",") == ("7",)


def test_vectors():
    for cell in ([1, 2.5], "[1, 2.5]", np.array([1, 2.5])):
        vector = as_vector(cell)
        assert vector.dtype == np.float32
        assert vector.tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("red", "not a list of numbers"),
        (None, "not a list of numbers"),
        (["a"], "not a list of numbers"),
        ([[1.0], [2.0]], "shape"),
        ([1.0, float("nan")], "NaN"),
        ([1e300, 1.0], "NaN or an infinity"),
        ([0.0, 0.0], "no direction"),
    ],
)
def test_what_is_no_vector(cell, message):
    with pytest.raises(ValueError, match=message):
        as_vector(cell)
