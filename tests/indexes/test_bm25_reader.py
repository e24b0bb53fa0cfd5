"""Phrases, unfinished words, misspelt words and synonyms; they depend on neither segments nor masks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.indexes.bm25 import (
    BM25Index,
    Correction,
    Segment,
    as_written,
    build_postings,
    corrected,
    unquoted,
)
from pinakes.indexes.bm25 import reader as module
from pinakes.indexes.bm25.analyzer import Analyzer, split

WEIGHTS = {"title": 3.0, "text": 1.0, "attributes": 1.0}
ENGLISH = Analyzer("english")


def segment(fields, offset=0, alive=None, analyzer=ENGLISH):
    postings = build_postings(fields, analyzer)
    return Segment(postings, offset, np.ones(postings.rows, bool) if alive is None else np.array(alive, bool))


def index(titles, analyzer=ENGLISH, synonyms=None, **fields):
    return BM25Index(
        [segment({"title": titles, **fields}, analyzer=analyzer)], WEIGHTS, synonyms=synonyms
    ).open()


DRESSES = ["Red dress", "dress, red", "red silk dress", "red dresses", "a red-dress", "silk scarf"]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ('"red dress"', {0, 4}),  # not stemmed: "red dresses" is another phrase
        ("“Red Dress”", {0, 4}),
        ('"red dress" silk', {0, 4}),
        ('"red" "silk"', {2}),
        ('"silk scarf"', {5}),
        ('"dress"', {0, 1, 2, 4}),
        ('"unheard of"', set()),
        ('"red unheard"', set()),
        ('red dress"', {0, 1, 2, 3, 4}),  # no pair of quotation marks
    ],
)
def test_phrases_must_stand_exactly_so(query, rows):
    assert set(index(DRESSES).search(query, k=9).rows.tolist()) == rows


def test_a_phrase_does_not_change_the_score_of_who_holds_it():
    books = index(DRESSES)
    words, phrase = books.search("red dress", k=9), books.search('"red dress"', k=9)
    for row, score in zip(phrase.rows.tolist(), phrase.scores.tolist(), strict=True):
        assert score == words.scores[words.rows == row][0]


def test_a_phrase_reaches_neither_across_fields_nor_attributes_nor_items():
    books = index(["red", "dress", ""], attributes=["dress", "", "red\x1fdress"])
    assert books.search('"red dress"').rows.tolist() == []
    assert set(books.search("red dress").rows.tolist()) == {0, 1, 2}


def test_a_quotation_mark_behind_a_digit_is_a_size():
    screens = index(['24" screen', '27" screen'])
    assert screens.read('24" screen 27"').phrases == ()
    assert screens.read('"24 screen"').phrases == (("24", "screen"),)
    assert unquoted('a "b c" 24" d') == 'a b c 24" d'


def test_a_phrase_of_words_of_nearly_every_item_is_found_by_looking_through_all():
    titles = ["a b"] * 30 + ["b a"] * 30 + ["c"]
    assert index(titles, Analyzer("none")).search('"a b"', k=99).rows.tolist() == list(range(30))


def test_the_last_word_may_be_unfinished():
    shop = index(["dress", "dressing gown", "red dresser", "gown"], Analyzer("none"))
    assert shop.search("dress").rows.tolist() == [0]  # a word that items hold is finished unless asked
    found = shop.search(shop.read("dress", unfinished=True))
    assert found.rows.tolist()[0] == 0  # the word as it stands comes first
    assert set(found.rows.tolist()) == {0, 1, 2}
    assert set(shop.search("dresse").rows.tolist()) == {2}  # no item holds it: taken for unfinished
    assert shop.read("dresse").completed == "dresse"
    assert shop.read("dress", unfinished=True).completed is None
    assert shop.read("dresse ").completed is None  # a space ends the word: it is put right instead
    assert shop.search("dresse ").rows.tolist() == [0]
    assert shop.search('"dresse"').rows.tolist() == []
    assert shop.read("dresse gown").completed is None  # only the last word


@pytest.mark.parametrize("word", ["ab", "ab1", "x"])
def test_what_is_not_taken_for_unfinished_unasked(word):
    shop = index([f"{word}yz"], Analyzer("none"))
    assert shop.search(word).rows.tolist() == []
    assert shop.search(shop.read(word, unfinished=True)).rows.tolist() == [0]


def test_only_the_most_frequent_completions_count():
    last = f"ab{module.COMPLETIONS:02}x"
    titles = [f"ab{n:02}x" for n in range(module.COMPLETIONS)] + [last, last]
    found = index(titles, Analyzer("none")).read("ab", unfinished=True)
    ((weighed,),) = (typed.clauses for typed in found.typed)
    terms = [wording[0] for wording, weight in weighed if weight == module.COMPLETION]
    assert terms == [f"ab{n:02}x" for n in range(module.COMPLETIONS - 1)] + [last]


@pytest.mark.parametrize("typed", ["drss", "drress", "dreas", "rdess", "dresss"])
def test_a_word_that_no_item_holds_is_put_right(typed):
    shop = index(["silk dress", "wool coat", "dress"], Analyzer("none"))
    found = shop.read(f"{typed} silk")
    assert found.corrections == (Correction(typed, "dress", applied=True),)
    assert shop.search(found).rows.tolist()[0] == 0
    assert shop.match(found, 0).matched == {"dress": ("title",), "silk": ("title",)}
    assert corrected(f"{typed.upper()}, silk", found.corrections) == "dress, silk"


@pytest.mark.parametrize("typed", ["cot", "coat1", "a1b2c", "wxyz", "coat"])
def test_what_is_left_as_it_is(typed):
    shop = index(["coat", "coat1x", "cat"], Analyzer("none"))
    assert shop.read(f"{typed} ").corrections == ()


def test_the_most_frequent_of_the_near_words_is_taken():
    for frequent, rare in (("black", "block"), ("block", "black")):
        shop = index([rare, frequent, frequent], Analyzer("none"))
        assert shop.read("blsck ").corrections == (Correction("blsck", frequent, applied=True),)
    tie = index(["black", "block"], Analyzer("none"))
    assert tie.read("blsck ").corrections == (Correction("blsck", "black", applied=True),)


def test_a_rare_word_is_searched_for_and_the_frequent_one_suggested():
    shop = index(["blsck"] + ["black"] * module.FAR_MORE, Analyzer("none"))
    found = shop.read("blsck cat")
    assert found.corrections == (Correction("blsck", "black", applied=False),)
    assert shop.search(found).rows.tolist() == [0]
    assert corrected("Blsck cat", found.corrections) == "black cat"
    assert corrected("cat", ()) is None


def test_what_was_typed_around_a_word_stays_where_it_is_put_right():
    corrections = (Correction("drss", "dress", applied=True),)
    for typed in ("drśs", "drs\u0301s", "DRSS"):
        assert corrected(f"a ({typed}'s)!", corrections) == "a (dress's)!"


def test_words_in_quotes_are_not_put_right():
    assert index(["black"], Analyzer("none")).read('"blsck"').corrections == ()


def test_synonyms_are_found_below_the_word_itself():
    shop = index(
        ["couch", "sofa", "sofas", "tee shirt", "shirt tee", "t-shirt"],
        synonyms={"sofa": ["couch"], "tee shirt": ["T-shirt"], "T-shirt": ["tee shirt"]},
    )
    assert shop.search("sofa").rows.tolist() == [1, 2, 0]
    assert shop.search("couch").rows.tolist() == [0]  # one way
    assert shop.match("sofa", 0).matched == {"sofa": ("title",)}
    assert shop.search("tee shirt").rows.tolist()[:2] == [3, 4] or shop.search("tee shirt").rows[0] == 3
    assert 5 in shop.search("tee shirt").rows
    assert 3 in shop.search("t-shirt").rows
    assert shop.search('"sofa"').rows.tolist() == [1]  # exactly so


def test_words_that_have_synonyms_are_words_though_no_item_holds_them():
    shop = index(
        ["red sofa", "set of knives", "red jeans", "seatbelt", "coach trip"],
        synonyms={"love seat": ["sofa"], "denim trousers": ["jeans"], "couch": ["sofa"]},
    )
    for text, rows in (("love seat", [0]), ("couch", [0]), ("denim trousers", [2])):
        asked = shop.read(text)
        assert (asked.corrections, asked.completed) == ((), None)
        assert shop.search(asked).rows.tolist() == rows
        match = shop.match(asked, rows[0])
        assert (list(match.matched), match.missing) == (text.split(), ())
        assert match.share == pytest.approx(1.0)
    assert shop.holding_all("red denim trousers", np.arange(5)).tolist() == [False, False, True, False, False]
    assert shop.match("red denim trousers", 0).missing == ("denim", "trousers")
    assert shop.read("seet ").corrections  # a word of a phrase alone is like any other
    assert shop.read("love seat", unfinished=True).completed == "seat"


def test_a_synonym_without_words_is_passed_over():
    shop = index(["couch", "sofa"], synonyms={"sofa": ["'s", "couch"], "’s": ["sofa"]})
    assert shop.search("sofa's").rows.tolist() == [1, 0]
    assert shop.search("'s").rows.tolist() == []


def test_a_clause_of_several_wordings_by_hand():
    rooms = index(["sofa", "couch", "lamp"], Analyzer("none"), {"sofa": ["couch"]})
    # Two of three items hold either: idf = ln(1 + 1.5 / 2.5). Every title has the mean length: tf' = 3, and
    # 0.8 of it for the synonym.
    idf = np.log(1.6)
    assert rooms.search("sofa").scores.tolist() == [round(idf * 3 / 4.2, 6), round(idf * 2.4 / 3.6, 6)]
    (part,) = rooms.explain("sofa", 1)
    assert (part.term, part.field, round(part.score, 6)) == ("couch", "title", round(idf * 2.4 / 3.6, 6))


SIGNS = ["Denar № 5", "Map of 's-Hertogenbosch", "Rock ´n´ roll", "Gin 🍸", "30℃ bath", "a Ⅷ"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("№ 5", 0),
        ("denar №", 0),
        ('"№ 5"', 0),
        ("'s-Hertogenbosch", 1),
        ("´n´ roll", 2),
        ("gin 🍸", 3),
        ("30 ℃", 4),
        ("viii", 5),
    ],
)
def test_signs_are_read_as_what_they_stand_for(text, row):
    titles = index(SIGNS)
    assert titles.search(text).rows[0] == row
    assert titles.search(titles.read(text, unfinished=True)).rows[0] == row


def test_every_sign_that_stands_for_something_can_be_asked_for():
    signs = [chr(n) for n in range(0x110000)]
    odd = [sign for sign in signs if not sign.isalnum() and split(sign)[0]]
    assert {"№", "℃", "´"} < set(odd)
    assert len(odd) > 900
    titles = index(odd)
    for row, sign in enumerate(odd):
        assert row in titles.search(sign, k=len(odd)).rows


ANY_TEXT = st.lists(
    st.one_of(
        st.text(max_size=6), st.sampled_from(["'s", '"№ 5"', "´", "'s-x", "㌀", "-", "1.", "é", "\ud800"])
    ),
    max_size=6,
)


@given(st.lists(ANY_TEXT, min_size=1, max_size=4), ANY_TEXT, st.booleans())
def test_no_text_stops_an_index_or_a_search(titles, asked, unfinished):
    joined, text = [" ".join(pieces) for pieces in titles], " ".join(asked)
    books = index(joined, synonyms={text: joined})
    found = books.read(text, unfinished=unfinished)
    rows = books.search(found).rows
    books.holding_phrases(found)
    books.holding_all(found, rows)
    assert (books.self_score(found) > 0) == (bool(found.typed) and any(ENGLISH.terms(t) for t in joined))
    for row in rows.tolist():
        books.match(found, row)
        assert books.explain(found, row)
    for correction in found.corrections:
        assert corrected(text, [correction]) is not None


VOCABULARY = ["dress", "dresses", "dressing", "silk", "silky", "drape", "red", "wi-fi", "wifi", "sofa"]
TEXTS = st.lists(st.sampled_from([*VOCABULARY, "\x1f"]), max_size=7).map(" ".join)
DOCUMENTS = st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), min_size=1, max_size=16)
ASKED = st.lists(
    st.sampled_from([*VOCABULARY, "dres", "dre", "drss", "silc", '"red dress"', '"silk"', "couch", "w"]),
    min_size=1,
    max_size=4,
).map(" ".join)
RULES = {"couch": ["sofa"], "red dress": ["silk"], "silk": ["red dress", "drape"]}


@given(DOCUMENTS, st.lists(st.integers(0, 16), max_size=3), ASKED, st.booleans(), st.data())
def test_segments_with_deletions_read_and_rank_as_one_rebuilt_index(documents, cuts, text, unfinished, data):
    bounds = sorted({0, len(documents), *(min(cut, len(documents)) for cut in cuts)})
    alive = np.array([document[2] for document in documents])

    def fields(rows):
        return {"title": [row[0] for row in rows], "attributes": [row[1] for row in rows]}

    parts = [segment(fields(documents[a:b]), a, alive[a:b]) for a, b in pairwise(bounds)]
    cut = BM25Index(parts, WEIGHTS, synonyms=RULES).open()
    rebuilt = BM25Index([segment(fields([d for d in documents if d[2]]))], WEIGHTS, synonyms=RULES).open()
    rows_of_rebuilt = np.flatnonzero(alive)

    asked = cut.read(text, unfinished=unfinished)
    assert asked == rebuilt.read(text, unfinished=unfinished)
    found, expected = cut.search(asked, k=99), rebuilt.search(asked, k=99)
    assert found.rows.tolist() == rows_of_rebuilt[expected.rows].tolist()
    assert found.scores.tobytes() == expected.scores.tobytes()
    assert cut.self_score(asked) == rebuilt.self_score(asked)
    for row, again, score in zip(found.rows.tolist(), expected.rows.tolist(), found.scores, strict=True):
        assert cut.match(asked, row) == rebuilt.match(asked, again)
        assert sum(part.score for part in cut.explain(asked, row)) == pytest.approx(score, abs=2e-6)

    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(alive), max_size=len(alive))))
    masked = cut.search(asked, mask, k=99)
    assert masked.rows.tolist() == [row for row in found.rows.tolist() if mask[row]]
    assert masked.scores.tobytes() == found.scores[mask[found.rows]].tobytes()


@given(
    st.lists(st.tuples(TEXTS, st.booleans()), min_size=1, max_size=12),
    st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3),
)
def test_phrases_are_those_that_a_plain_search_finds(documents, words):
    books = BM25Index(
        [segment({"attributes": [d[0] for d in documents]}, alive=[d[1] for d in documents])], WEIGHTS
    )
    phrase = " ".join(words).replace("-", " ").split()

    def stands_in(part):
        plain = part.replace("-", " ").split()
        compounds = ["wifi"] * part.split().count("wi-fi")
        runs = [plain[n : n + len(phrase)] for n in range(len(plain))]
        return phrase in runs or (len(phrase) == 1 and phrase[0] in compounds)

    holds = [alive and any(map(stands_in, text.split("\x1f"))) for text, alive in documents]
    found = books.search(f'"{" ".join(words)}"', k=99)
    assert sorted(found.rows.tolist()) == np.flatnonzero(holds).tolist()


@given(
    st.lists(
        st.lists(st.sampled_from(["dress", "dresses", "red", "reds", "silk"]), max_size=6),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.sampled_from(["dress", "red", "silk"]), min_size=2, max_size=3),
)
def test_terms_that_follow_each_other_are_counted_whichever_of_their_words_stands_there(documents, wording):
    part = segment({"text": [" ".join(words) for words in documents]})
    stems = {"dresses": "dress", "reds": "red"}
    stemmed = [[stems.get(word, word) for word in words] for words in documents]
    runs = [sum(words[n : n + len(wording)] == wording for n in range(len(words))) for words in stemmed]
    found = {}  # where a term is unknown, nothing is yielded
    for held in part.held(tuple(wording), ["text"]):
        found = dict(zip(held.rows.tolist(), held.counts.tolist(), strict=True))
    assert found == {row: n for row, n in enumerate(runs) if n}


def test_a_space_too_many_is_forgiven():
    shop = index(["screwdriver", "screw", "driverless car", "TN2410 toner", "red mug", "redmug"])
    assert shop.search("screw driver").rows.tolist()[0] == 0
    assert shop.match("screw driver", 0).matched == {"screw driver": ("title",)}
    assert dict(shop.match("screw driver", 1).matched) == {"screw": ("title",)}
    assert shop.read("screw driver").completed is None
    assert shop.search("TN 2410").rows.tolist() == [3]
    assert shop.search("red mug").rows.tolist() == [4]  # both are held: nothing is put together
    for apart in ('"screw" driver', "screw red driver", "20 24", "screw-less driver"):
        assert shop.read(f"{apart} ").typed == tuple(
            typed for part in apart.split() for typed in shop.read(part + " ").typed
        )


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("coffeemug", "coffee mug"),
        ("500ml", "500 ml"),
        ("mugcoffee", None),  # no item has one after the other
        ("twomug", "two mug"),
        ("amug", "mug"),  # one slip
        ("5coffee", None),
        ("coffeemugs", "coffee mugs"),
    ],
)
def test_a_space_too_few_is_forgiven(typed, used):
    shop = index(["coffee mug 500 ml", "two mugs", "a coffee mug", "coffee mugs"])
    found = shop.read(f"{typed} ")
    assert found.corrections == ((Correction(typed, used, applied=True),) if used else ())
    if used:
        assert set(shop.search(found).rows.tolist()) >= set(shop.search(f'"{used}"').rows.tolist())
        assert corrected(f"red {typed.upper()}!", found.corrections) == f"red {used}!"
        assert len(shop.holders(used, np.ones(4, dtype=bool)))
        assert not len(shop.holders(used, np.zeros(4, dtype=bool)))
    assert not len(shop.holders("mug coffee", np.ones(4, dtype=bool)))


def test_words_are_shown_as_items_write_them():
    texts = ["Purée", "MÜLLER & Söhne, Muller", "l'Été d'hiver"]
    assert as_written("muller", texts) == "müller"
    assert as_written("puree ete", texts) == "purée été"
    assert as_written("coffee muller", texts) == "coffee müller"
    assert as_written("mug", []) == "mug"
