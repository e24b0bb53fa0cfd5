import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import QueryError
from pinakes.serving.cursors import Cursor


@given(st.text(max_size=80), st.integers(1, 10**6), st.text(max_size=20))
def test_a_cursor_reads_what_it_wrote(release, offset, query):
    cursor = Cursor(release, offset, query)
    text = cursor.encode()
    assert text.isascii()
    assert not set(text) & set("+/=&?#")
    assert Cursor.decode(text) == cursor


@given(st.text(max_size=60))
def test_any_other_text_is_refused_or_a_cursor(text):
    try:
        Cursor.decode(text)
    except QueryError as error:
        assert "not a cursor" in str(error)


@pytest.mark.parametrize(
    "text", ["", "x", "W10", "eyJhIjoxfQ", "WyJ2MSIsLTEsInEiXQ", "é", "[]", "WyJ2MSIsMCwicSJd"]
)
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(QueryError, match="not a cursor"):
        Cursor.decode(text)


def test_a_cursor_is_for_one_query():
    cursor = Cursor("v0001-0", 10, "a" * 16)
    cursor.check("a" * 16)
    with pytest.raises(QueryError, match="another query"):
        cursor.check("b" * 16)
