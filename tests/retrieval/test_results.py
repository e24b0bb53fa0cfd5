import base64
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from pinakes.errors import MissingExtraError
from pinakes.retrieval.results import Hit, Reason, Results
from pinakes.types import Rights


def hit(rank, title="A coin", thumb="t.webp", **attributes):
    return Hit(
        rank=rank,
        id=f"i{rank}",
        score=1.0 / rank,
        confidence=None,
        closeness="close",
        title=title,
        text="",
        attributes=attributes,
        view="front",
        uri="a.jpg",
        thumb=thumb,
        rights=Rights(license="cc0", author="Ann"),
        reasons=(Reason("words", "matches coin", 2.0, 1),),
    )


def results(*hits, **said):
    return Results(hits, (), {"total": 1.25}, "v0001-abc", 0, "r", **said)


class Texts(HTMLParser):
    """What a reader of a page sees, and the pictures on it."""

    def __init__(self):
        super().__init__()
        self.texts, self.pictures = [], []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.pictures.append(dict(attrs))

    def handle_data(self, data):
        self.texts.append(data)


def read(html):
    texts = Texts()
    texts.feed(html)
    return texts


@pytest.mark.parametrize(
    ("closeness", "nothing"),
    [(("loose", "loose"), True), (("loose", "close"), False), ((), False), ((None, None), False)],
)
def test_nothing_is_close_where_every_hit_is_loose(closeness, nothing):
    hits = [replace(hit(rank), closeness=word) for rank, word in enumerate(closeness, start=1)]
    assert results(*hits).nothing_close is nothing


def test_hits_of_a_filter_are_not_called_far():
    found = results(replace(hit(1), closeness=None, reasons=()))
    assert not found.nothing_close
    assert found.to_dict()["hits"][0]["closeness"] is None
    assert found.to_polars()["closeness"].to_list() == [None]
    assert "None" not in found._repr_html_()


def test_a_table_has_a_row_per_hit_and_a_column_per_attribute():
    table = results(hit(1, colour="red", tags=("a", "b")), hit(2, price=2.5)).to_polars()
    assert table.select("rank", "id", "score", "colour", "tags", "price").rows() == [
        (1, "i1", 1.0, "red", ["a", "b"], None),
        (2, "i2", 0.5, None, None, 2.5),
    ]
    assert table["attribution"].to_list() == ["Ann, cc0", "Ann, cc0"]


def test_an_attribute_does_not_hide_a_column():
    table = results(replace(hit(1), attributes={"rank": 7})).to_polars()
    assert table.select("rank", "attribute.rank").row(0) == (1, 7)


def test_a_table_without_hits_has_the_columns():
    table = results().to_polars()
    assert table.height == 0
    assert table.schema["score"] == pl.Float64


def test_pandas_gets_the_same_table():
    frame = results(hit(1, colour="red"), hit(2, colour=None)).to_pandas()
    assert frame["id"].tolist() == ["i1", "i2"]
    assert frame["colour"].isna().tolist() == [False, True]


def test_without_pandas_the_error_names_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'pinakes[pandas]'")):
        results(hit(1)).to_pandas()


def test_a_notebook_shows_a_grid_of_pictures():
    found = results(hit(1), hit(2, "Another"), picture=lambda hit: f"data:image/webp;base64,{hit.id}")
    page = read(found._repr_html_())
    assert [(p["src"], p["alt"]) for p in page.pictures] == [
        ("data:image/webp;base64,i1", "A coin"),
        ("data:image/webp;base64,i2", "Another"),
    ]
    assert "1. A coin" in page.texts
    assert "matches coin" in page.texts
    assert "1.2 ms · release v0001-abc" in page.texts


def test_a_grid_escapes_what_the_collection_says():
    html = results(hit(1, "<script>alert(1)</script>"), picture=lambda _: '"><script>')._repr_html_()
    assert "<script>" not in html


def test_a_picture_that_is_gone_leaves_an_empty_frame():
    page = read(results(hit(1), hit(2, thumb=None), picture=lambda _: None)._repr_html_())
    assert page.pictures == []
    assert "1. A coin" in page.texts


def test_a_grid_without_hits_says_so():
    assert "No good match." in read(results()._repr_html_()).texts


def test_a_large_answer_is_cut_and_says_so():
    page = read(results(*(hit(n) for n in range(1, 66)), picture=lambda _: "data:,x")._repr_html_())
    assert len(page.pictures) == 60
    assert any(text.startswith("5 more") for text in page.texts)


def test_the_grid_of_an_engine_holds_its_thumbnails(pristine, tmp_path):
    import pinakes

    with pinakes.open(pristine) as engine:
        found = engine.search("blue", top=2)
        pictures = read(found._repr_html_()).pictures
        assert [base64.b64decode(p["src"].partition(",")[2]) for p in pictures] == [
            engine.thumbnail(hit.id, hit.view) for hit in found
        ]
