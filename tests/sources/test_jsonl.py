import pytest

from pinakes.errors import SourceError
from pinakes.sources.jsonl import JsonRows


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "t.jsonl"
        path.write_text(text, encoding="utf-8")
        return JsonRows(path)

    return write


def test_each_line_is_a_row_of_its_own_columns(table):
    rows = table('{"id": 1, "tags": ["a"]}\n\n{"id": 2, "x": null}\n')
    assert rows.columns() is None
    assert [(row.number, row.values) for row in rows.rows()] == [
        (1, {"id": 1, "tags": ["a"]}),
        (3, {"id": 2, "x": None}),
    ]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ('{"id": 1', "not JSON: Expecting"),
        ("[1, 2]", "a JSON list where one object per line is expected"),
        ("17", "a JSON int where"),
        ("[" * 100_000, "not JSON: maximum recursion"),
        ('{"id": ' + "1" * 5000 + "}", "not JSON: Exceeds the limit"),
    ],
)
def test_a_malformed_line_is_named_and_the_others_stand(table, line, detail):
    first, broken, last = table(f'{{"id": 1}}\n{line}\n{{"id": 3}}').rows()
    assert (first.values, last.values) == ({"id": 1}, {"id": 3})
    assert broken.number == 2
    assert broken.detail.startswith(detail)


def test_an_array_is_told_how_to_become_lines(table):
    with pytest.raises(SourceError, match="is one JSON array; write one object on each line"):
        list(table('[{"id": 1},\n{"id": 2}]').rows())


def test_an_empty_file_has_no_rows(table):
    assert list(table("").rows()) == []
