import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.settings import NAME_PATTERN
from pinakes.sources.headings import (
    TITLE_HEADINGS,
    attribute_name,
    find_heading,
    is_text_heading,
    text_patterns,
)
from pinakes.types import RESERVED_FIELDS


def test_the_preferred_heading_wins():
    assert find_heading(["name", "Title"], TITLE_HEADINGS) == "Title"
    assert find_heading(["name", "Product Display-Name"], TITLE_HEADINGS) == "Product Display-Name"
    assert find_heading(["names"], TITLE_HEADINGS) is None
    assert find_heading(["TITLE", "title"], TITLE_HEADINGS) == "TITLE"


def test_text_headings():
    assert is_text_heading("short_description")
    assert is_text_heading("Caption")
    assert not is_text_heading("texture")


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("price", "price"),
        ("dimensions__wxd_", "dimensions__wxd_"),
        ("Base Colour (main)", "Base_Colour_main"),
        ("couleur é", "couleur_e"),
        ("2020", "_2020"),
        ("price\n", "price"),
        ("id", "id_"),
        ("content_hash", "content_hash_"),
        ("価格", "column"),
        ("", "column"),
    ],
)
def test_attribute_names(column, name):
    assert attribute_name(column, ()) == name


def test_names_are_not_given_twice():
    assert attribute_name("base colour", ("base_colour",)) == "base_colour_2"
    assert attribute_name("x", ("x", "x_2")) == "x_3"


@given(st.text(max_size=10), st.lists(st.text(max_size=3)))
def test_every_column_gets_a_valid_free_name(column, taken):
    name = attribute_name(column, taken)
    assert re.fullmatch(NAME_PATTERN, name)
    assert name not in {*taken, *RESERVED_FIELDS}


def test_patterns():
    many = [f"attr_t_{n}" for n in range(8)]
    assert text_patterns(["colour", *many, "attr_n_1"]) == ("colour", "attr_t_*", "attr_*")
    assert text_patterns(["colour", *many[:7]]) == ("colour", *many[:7])
