import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.errors import SourceError
from pinakes.sources.delimited import DelimitedRows
from pinakes.sources.rows import BrokenRow, Row


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return DelimitedRows(path)

    return write


def read(rows):
    return [(row.number, row.values if isinstance(row, Row) else None) for row in rows.rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_shows_the_delimiter(table, delimiter):
    rows = table(f'id{delimiter}title\n7{delimiter}"a, b; c | d"\n')
    assert rows.columns() == ("id", "title")
    assert read(rows) == [(2, {"id": "7", "title": "a, b; c | d"})]


def test_numbers_are_those_of_the_first_line_of_a_row(table):
    rows = table('\nid,text\r\n\r\n1,"two\nlines ""quoted"""\r\n2,x\r\n')
    assert read(rows) == [(4, {"id": "1", "text": 'two\nlines "quoted"'}), (6, {"id": "2", "text": "x"})]


def test_a_ragged_row_is_named_and_never_shifted(table):
    rows = list(table("id,a,b\n1,x,y\n2,x\n3,x,y,z\n4,x,y\n").rows())
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert rows[1] == BrokenRow(3, "2 cells where the header has 3; quote cells that hold ','")
    assert rows[2] == BrokenRow(4, "4 cells where the header has 3; quote cells that hold ','")
    assert rows[3].values == {"id": "4", "a": "x", "b": "y"}


def test_a_quote_that_is_never_closed_costs_one_row(table):
    assert read(table('id,a\n1,"x\n2,y\n3,"z"\n4,w\n')) == [
        (2, None),
        (3, {"id": "2", "a": "y"}),
        (4, {"id": "3", "a": "z"}),
        (5, {"id": "4", "a": "w"}),
    ]
    assert read(table('id,a\n1,"x\n2,y\n')) == [(2, None), (3, {"id": "2", "a": "y"})]


def test_unnamed_columns_are_left_out(table):
    rows = table(",id,\n0,a,\n1,b,\n")
    assert rows.columns() == ("id",)
    assert read(rows) == [(2, {"id": "a"}), (3, {"id": "b"})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; its first line must name the columns"),
        ("\n\n", "is empty"),
        ("id,a,a\n", "two columns are named 'a'"),
        ('id,"a\n1,2\n', "the first line must name the columns"),
    ],
)
def test_tables_without_a_usable_header(table, text, message):
    with pytest.raises(SourceError, match=message):
        list(table(text).rows())


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(deadline=None)  # files are written
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_what_is_written_is_read(tmp_path_factory, rows, delimiter):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("a", "b", "c"), *rows])
    read_back = [tuple(row.values.values()) for row in DelimitedRows(path).rows()]
    assert read_back == rows


def test_a_line_that_declares_the_delimiter_is_no_header(table):
    rows = table("sep=;\nid;title\n7;a, b\n")
    assert rows.columns() == ("id", "title")
    assert read(rows) == [(3, {"id": "7", "title": "a, b"})]
