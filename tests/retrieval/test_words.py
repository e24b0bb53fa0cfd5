import numpy as np
import polars as pl
import pytest

import pinakes
from pinakes.retrieval.words import find_id
from pinakes.snapshots.segments import LivingRows, SegmentRows


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signs")
    titles = ["Denar № 5", "Gin 🍸"]
    pl.DataFrame({"id": ["i0", "i1"], "title": titles}).write_csv(folder / "items.csv")
    pinakes.index(folder / "items.csv")
    with pinakes.open(folder / "items") as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "found"), [("№ 5", "i0"), ("denar №", "i0"), ('"№ 5"', "i0"), ("gin 🍸", "i1")]
)
def test_no_sign_stops_a_search(engine, text, found):
    assert found in engine.search(text).ids
    assert engine.search(text, prefix=True, sort="id").ids  # every way to read the words
    assert found in str(engine.explain(found, {"text": text}))


def test_what_holds_no_words_is_said_to_hold_none(engine):
    results = engine.search("🍸 !")
    assert (results.hits, results.notes) == (
        (),
        ("'🍸 !' holds no letters and no digits, and so no words to find",),
    )
    assert engine.search("gin 🍸").notes == ()


def test_a_part_of_a_code_is_no_answer_to_it(tmp_path):
    titles = ["Toner TN-2410", "Drum for TN 2410", "Toner TN-1000", "Brush"]
    table = {"id": ["a", "b", "c", "d"], "title": titles, "price": [4.0, 3.0, 2.0, 1.0]}
    pl.DataFrame(table).write_csv(tmp_path / "items.csv")
    pinakes.index(tmp_path / "items.csv")
    with pinakes.open(tmp_path / "items") as shop:
        found = shop.search("TN-2410").hits
        assert [hit.id for hit in found] == ["a", "b", "c"]
        assert [hit.closeness for hit in found] == ["very close", "very close", "loose"]
        assert str(found[2].reasons[0]) == "words: tn (title)"
        assert shop.search("TN-2410", sort="price").ids == ("b", "a")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("TN-2410", 3),
        (" tn-2410 ", 3),
        ("TN2410", 3),
        ("tn 2410", 3),
        ("TN_2410", 3),
        ("IMG 0001", 5),
        ("img0001", 5),
        ("HL20", 1),
        ("hl-20", 1),
        ("stück-0003", 2),
        ("STÜCK 0003", 2),
        ("stÜck0003", 2),
        ("aB-1", 4),  # as it is written, before others that differ in capitals alone
        ("ab-1", 0),
        ("red dress", None),  # without digits, words are words
        ("2410", None),
        ("tn-2410 toner", None),
        ("n 1 " * 500, None),
    ],
)
def test_an_id_is_known_with_other_signs_between_letters_and_digits(text, row):
    # Sorted, as in a snapshot.
    ids = ["Ab-1", "HL20", "Stück-0003", "TN-2410", "aB-1", "img_0001", "red-dress"]
    segment = SegmentRows(pl.DataFrame({"id": ids}), pl.DataFrame())
    assert find_id(LivingRows([segment], np.ones(len(ids), np.bool_)), text) == row


def test_an_id_with_capitals_and_small_letters_is_found_in_any_case(tmp_path):
    table = pl.DataFrame({"id": [f"Stück-{n:04}" for n in range(9)], "title": ["Öfen"] * 9})
    table.write_csv(tmp_path / "items.csv")
    pinakes.index(tmp_path / "items.csv")
    table[4:5].with_columns(title=pl.lit("Neuer Ofen")).write_csv(tmp_path / "more.csv")
    pinakes.Collection(tmp_path / "items").add(tmp_path / "more.csv")
    pinakes.Collection(tmp_path / "items").delete(["Stück-0005"])
    with pinakes.open(tmp_path / "items") as stove:
        assert [hit.title for hit in stove.search("stück-0004").hits] == ["Neuer Ofen"]
        assert stove.search("STÜCK 0003").ids == ("Stück-0003",)
        assert stove.search("stück-0005").ids == ()


def test_where_no_words_are_found_it_is_said(engine):
    assert engine.search("xyzzy").notes == ("no item holds 'xyzzy'",)
    assert engine.search("xyzzy qwertz").notes == ("no item holds 'xyzzy' or 'qwertz'",)
    assert engine.search('"gin denar"').notes == ('no item holds "gin denar" word for word',)
    beside = engine.search("gin xyzzy")
    assert (beside.nothing_close, beside.notes) == (True, ("no item holds 'xyzzy'",))
    assert engine.search("gin").notes == ()
    filtered = engine.search("xyzzy", where="title = 'Gin'")
    assert filtered.notes == ()
    assert filtered.why_nothing


def test_the_word_that_is_meant_is_written_as_the_items_do(tmp_path):
    titles = ["Türkis Vase", "Vase türkis", "Müller-Glas", "blaue Vase"]
    pl.DataFrame({"id": list("abcd"), "title": titles}).write_csv(tmp_path / "items.csv")
    pinakes.index(tmp_path / "items.csv")
    with pinakes.open(tmp_path / "items") as shop:
        found = shop.search("turqis vase tuerkis")
        assert found.did_you_mean == "türkis vase türkis"
        assert {correction.used for correction in found.corrections} == {"türkis"}
        assert shop.search(found.did_you_mean).ids == found.ids
        assert "searched for 'müller'" in str(shop.explain("c", {"text": "mueller"}))
