import unicodedata

import polars as pl
import pytest

import pinakes
from pinakes.indexes.bm25.analyzer import split
from pinakes.retrieval.words import spell_out

TITLES = ("Denar № 5", "Map of 's-Hertogenbosch", "Rock ´n´ roll", "Gin 🍸", "30℃ bath")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signs")
    pl.DataFrame({"id": [f"i{n}" for n in range(len(TITLES))], "title": TITLES}).write_csv(
        folder / "items.csv"
    )
    pinakes.index(folder / "items.csv")
    with pinakes.open(folder / "items") as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("red dress", "red dress"),
        ("№ 5", "no 5"),
        ("№5", "no5"),
        ('"№ 5" gold', '"no 5" gold'),
        ("'s-Hertogenbosch ", "hertogenbosch "),
        ("lemon's", "lemon's"),
        ("Purée d’été", "Purée d’été"),
        ("🍸", "🍸"),
    ],
)
def test_signs_that_are_read_as_letters_are_written_so(typed, read):
    assert spell_out(typed) == read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("№ 5", "i0"),
        ("denar №", "i0"),
        ('"№ 5"', "i0"),
        ("'s-Hertogenbosch", "i1"),
        ("´n´ roll", "i2"),
        ("30 ℃", "i4"),
        ("gin 🍸", "i3"),
    ],
)
def test_no_sign_stops_a_search(engine, text, found):
    assert found in engine.search(text).ids
    assert engine.search(text, prefix=True, sort="id").ids  # every way to read the words


def test_every_sign_there_is_can_be_asked_for(engine):
    signs = [chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000]
    odd = [sign for sign in signs if not sign.isalnum() and split(sign)[0]]
    assert len(odd) > 900
    for first in range(0, len(odd), 100):
        engine.search(" ".join(odd[first : first + 100]))
    assert "´" in odd
    assert unicodedata.normalize("NFKD", "´") == " \u0301"


def test_what_holds_no_words_is_said_to_hold_none(engine):
    results = engine.search("🍸 !")
    assert (results.hits, results.notes) == (
        (),
        ("'🍸 !' holds no letters and no digits, and so no words to find",),
    )
    assert engine.search("gin 🍸").notes == ()
