import math
from itertools import pairwise

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import UsageError
from pinakes.indexes.bm25 import BM25Index, Segment
from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.indexes.bm25.build import build_postings

PLAIN = Analyzer("none")
WEIGHTS = {"title": 3.0, "text": 1.0, "attributes": 1.0}


def segment(fields, offset=0, alive=None, analyzer=PLAIN):
    postings = build_postings(fields, analyzer)
    return Segment(postings, offset, np.ones(postings.rows, bool) if alive is None else np.array(alive, bool))


def index(fields, weights=WEIGHTS, **options):
    return BM25Index([segment(fields)], weights, **options).open()


BOOKS = {"title": ["red dress", "blue dress", ""], "text": ["a dress", "red red red red", ""]}


def test_bm25f_by_hand():
    found = index(BOOKS, {"title": 3.0, "text": 1.0}).search("red")
    # N = 3, two hold red: idf = ln(1 + 1.5 / 2.5) = ln 1.6.
    # Mean lengths of the items with words: title (2 + 2) / 2 = 2, text (2 + 4) / 2 = 3.
    # Row 0: red once in the title of mean length: tf' = 3.
    # Row 1: four times in the text of 4 words: tf' = 4 / (0.25 + 0.75 * 4 / 3) = 3.2.
    assert found.rows.tolist() == [1, 0]
    assert found.scores.tolist() == [
        round(math.log(1.6) * 3.2 / 4.4, 6),
        round(math.log(1.6) * 3 / 4.2, 6),
    ]
    assert found.scores.tolist() == [0.341821, 0.335717]


def test_repeated_words_of_a_query_count_as_often():
    books = index(BOOKS)
    once, twice = books.search("blue"), books.search("blue Blue")
    assert twice.scores[0] == pytest.approx(2 * once.scores[0], abs=2e-6)


def test_a_field_without_weight_is_not_searched():
    books = index(BOOKS, {"title": 1.0, "text": 0.0})
    assert books.search("red").rows.tolist() == [0]
    assert books.search("a").rows.tolist() == []
    assert books.match("a red", 0).missing == ("a",)


def test_statistics_are_those_of_living_items():
    books = BM25Index([segment(BOOKS, alive=[True, False, True])], {"title": 1.0, "text": 1.0}).open()
    assert books.statistics.items == 2
    assert books.statistics.mean_lengths == {"text": 2.0, "title": 2.0}
    assert books.search("red").rows.tolist() == [0]


def test_equal_scores_go_by_the_given_order():
    same = index({"title": ["dress", "dress", "dress", "coat"]})
    assert same.search("dress", k=2).rows.tolist() == [0, 1]
    assert same.search("dress", k=2, order=np.array([2, 1, 0, 3])).rows.tolist() == [2, 1]


def test_a_mask_removes_items_and_changes_no_score():
    books = index(BOOKS)
    everything, masked = books.search("dress"), books.search("dress", np.array([False, True, True]))
    assert masked.rows.tolist() == [1]
    assert masked.scores[0] == everything.scores[everything.rows == 1][0]


def test_a_word_of_every_item_still_finds_them():
    tiny = index({"title": ["photo"] * 3}, {"title": 1e-9})
    assert tiny.search("photo").scores.tolist() == [1e-6] * 3


@pytest.mark.parametrize("text", ["", "   ", "...", "unknown words"])
def test_nothing_known_finds_nothing(text):
    found = index(BOOKS).search(text)
    assert (found.rows.tolist(), found.scores.tolist()) == ([], [])
    assert (found.rows.dtype, found.scores.dtype) == (np.int64, np.float64)


def test_no_items_and_no_hits_wanted():
    assert index({"title": [], "text": []}).search("red").rows.tolist() == []
    assert index({"title": [], "text": []}).self_score("red") == 0.0
    assert index(BOOKS).search("red", k=0).rows.tolist() == []


def test_segments_of_two_languages_are_refused():
    two = BM25Index([segment(BOOKS), segment(BOOKS, 3, analyzer=Analyzer("english"))], WEIGHTS)
    with pytest.raises(UsageError, match="english, none"):
        two.open()


def test_self_score_by_hand():
    books = index(BOOKS, {"title": 3.0, "text": 1.0})
    # The query as the title of an item: 1 word against a mean of 2, tf' = 3 / (0.25 + 0.75 / 2) = 4.8.
    assert books.self_score("red") == round(math.log(1.6) * 4.8 / 6.0, 6)
    # No item holds the second word: idf = ln(1 + 3.5 / 0.5) = ln 8; two words: tf' = 3.
    assert books.self_score("red unheard") == round((math.log(1.6) + math.log(8)) * 3 / 4.2, 6)
    assert books.self_score("") == index(BOOKS, b=1.0).self_score("...") == 0.0


def test_contributions_add_up_to_the_score():
    books = index({**BOOKS, "attributes": ["red", "blue red", "red"]})
    found = books.search("red dress blue", k=10)
    assert len(found.rows) == 3
    for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True):
        parts = books.explain("red dress blue", row)
        assert sum(part.score for part in parts) == pytest.approx(score, abs=1e-6)
        assert [(p.term, p.field) for p in parts] == sorted((p.term, p.field) for p in parts)
    assert {(p.term, p.field) for p in books.explain("red dress", 1)} == {
        ("red", "attributes"),
        ("red", "text"),
        ("dress", "title"),
    }


def test_matched_words_are_named_as_typed():
    stemmed = BM25Index(
        [segment({"title": ["coat"]}), segment({"title": ["Red dress"], "text": ["usb"]}, 1)], WEIGHTS
    )
    match = stemmed.match("RED, shoe: shoe usb.", 1)
    assert dict(match.matched) == {"RED": ("title",), "usb": ("text",)}
    assert match.missing == ("shoe",)


def test_an_item_that_holds_a_part_of_a_code_does_not_hold_the_code():
    titles = ["toner TN-2410", "tn2410 box", "pack of TN 2410", "toner TN-1000", "WA-2410", "drum"]
    codes = index({"title": titles, "text": ["", "", "", "2410 g", "", "fits TN-2410"]})
    rows = np.arange(6)
    whole = [True, True, True, True, False, True]
    assert codes.holding_all("TN-2410", rows).tolist() == whole
    matches = codes.matches("TN-2410 toner", rows)
    assert ["TN-2410" in match.matched for match in matches] == whole
    assert [match.missing for match in matches[:3]] == [(), ("toner",), ("toner",)]
    assert dict(matches[3].matched) == {"TN-2410": ("text", "title"), "toner": ("title",)}
    assert dict(matches[4].matched) == {"2410": ("title",)}
    assert matches[4].missing == ("TN-2410", "toner")
    shares = matches[0].shares
    assert shares["TN-2410"] == pytest.approx(shares["tn"] + shares["2410"])
    assert matches[0].share == pytest.approx(1.0)
    assert matches[4].share == pytest.approx(shares["2410"])


WORDS = st.lists(st.sampled_from(["ab", "ac", "ad", "b-c", "b", "c", "7.5", "ü"]), max_size=7).map(" ".join)
DOCUMENTS = st.lists(st.tuples(WORDS, WORDS, WORDS, st.booleans()), min_size=1, max_size=24)


@given(DOCUMENTS, st.lists(st.integers(0, 24), max_size=3), WORDS, st.floats(0, 3), st.floats(0, 1))
def test_segments_with_deletions_score_as_one_rebuilt_index(documents, cuts, query, k1, b):
    bounds = sorted({0, len(documents), *(min(cut, len(documents)) for cut in cuts)})
    alive = np.array([document[3] for document in documents])

    def fields(rows):
        return {name: [row[place] for row in rows] for place, name in enumerate(WEIGHTS)}

    parts = [
        segment(fields(documents[start:stop]), start, alive[start:stop]) for start, stop in pairwise(bounds)
    ]
    cut = BM25Index(parts, WEIGHTS, k1, b)
    rebuilt = index(fields([d for d in documents if d[3]]), k1=k1, b=b)
    rows_of_rebuilt = np.flatnonzero(alive)

    found, expected = cut.search(query, k=99), rebuilt.search(query, k=99)
    assert found.rows.tolist() == rows_of_rebuilt[expected.rows].tolist()
    assert found.scores.tobytes() == expected.scores.tobytes()
    assert cut.self_score(query) == rebuilt.self_score(query)
    for row, again in zip(found.rows.tolist(), expected.rows.tolist(), strict=True):
        assert cut.explain(query, row) == rebuilt.explain(query, again)
        assert cut.match(query, row) == rebuilt.match(query, again)

    backwards = " ".join(reversed(query.split()))
    assert cut.search(backwards, k=99).scores.tobytes() == found.scores.tobytes()
    for k in (1, 3):
        assert cut.search(query, k=k).rows.tolist() == found.rows[:k].tolist()


@given(DOCUMENTS, WORDS)
def test_adding_up_is_the_same_dense_or_sparse(documents, query):
    few = {"title": [d[0] for d in documents], "text": [d[1] for d in documents]}
    small = BM25Index([segment(few)], WEIGHTS)
    # The same living items among many dead ones: the rows are then added up by sorting.
    dead = 40 * len(documents)
    padded = {name: texts + [""] * dead for name, texts in few.items()}
    large = BM25Index([segment(padded, alive=[True] * len(documents) + [False] * dead)], WEIGHTS)
    assert large.search(query, k=99).rows.tolist() == small.search(query, k=99).rows.tolist()
    assert large.search(query, k=99).scores.tobytes() == small.search(query, k=99).scores.tobytes()


@given(DOCUMENTS, WORDS, st.integers(0, 2**32 - 1), st.sampled_from([0, 40]))
def test_answers_under_a_mask_are_those_without_it_less_what_it_forbids(documents, query, seed, dead):
    """Dense and sparse, and of words that were asked for before, whose frequencies are kept."""
    many = len(documents) * (1 + dead)
    fields = {"title": [d[0] for d in documents], "text": [d[1] for d in documents]}
    padded = {name: texts + [""] * (many - len(texts)) for name, texts in fields.items()}
    index = BM25Index([segment(padded, alive=np.arange(many) < len(documents))], WEIGHTS)
    mask = np.random.default_rng(seed).random(many) < 0.5
    first = index.search(query, mask, k=99)
    everything, again = index.search(query, k=99), index.search(query, mask, k=99)
    allowed = mask[everything.rows]
    for masked in (first, again):
        assert masked.rows.tolist() == everything.rows[allowed].tolist()
        assert masked.scores.tobytes() == everything.scores[allowed].tobytes()


def test_one_field_scores_as_bm25s():
    rng = np.random.default_rng(7)
    vocabulary = [f"w{i}" for i in range(80)]
    draws = [rng.geometric(0.06, rng.integers(1, 50)).clip(1, 80) - 1 for _ in range(300)]
    texts = [" ".join(vocabulary[i] for i in draw) for draw in draws]
    peer = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    peer.index([text.split() for text in texts], show_progress=False)
    ours = index({"text": texts}, {"text": 1.0})
    for query in ["w0", "w3 w9", "w1 w1 w40", "w79 w2 w17 w60", "w5 absent"]:
        expected = peer.get_scores([word for word in query.split() if word in peer.vocab_dict])
        found = ours.search(query, k=len(texts))
        scores = np.zeros(len(texts))
        scores[found.rows] = found.scores
        np.testing.assert_allclose(scores, expected, atol=1e-4)
        assert len(found.rows) == np.count_nonzero(expected)


def test_words_count_by_what_they_say():
    books = index(BOOKS)
    match = books.match("red nowhere", 0)
    # idf = ln(1 + (N - n + 0.5) / (n + 0.5)): of a word that no book holds, and of "red".
    n, holders = len(BOOKS["title"]), len(books.search("red").rows)
    rare, red = math.log(1 + (n + 0.5) / 0.5), math.log(1 + (n - holders + 0.5) / (holders + 0.5))
    assert match.shares == pytest.approx({"red": red / (red + rare), "nowhere": rare / (red + rare)})
    assert match.share == pytest.approx(red / (red + rare))


def test_items_that_hold_every_word_worth_asking_for():
    books, rows = index(BOOKS), np.array([0, 1, 2])
    # N = 3: red and dress are held by two, blue and a by one, idf ln 1.6 = 0.47 and ln(8 / 3) = 0.98.
    assert books.holding_all("red dress", rows).tolist() == [True, True, False]
    assert books.holding_all("blue red", rows).tolist() == [False, True, False]
    assert books.holding_all("blue a", rows).tolist() == [False, False, False]
    assert books.holding_all("red purple", rows).tolist() == [True, True, False]
    assert books.holding_all("purple", rows).tolist() == [True, True, True]
    # Of "red blue", red says 0.47 / (0.47 + 0.98) = 0.32.
    assert books.holding_all("red blue", np.array([1, 0]), 0.33).tolist() == [True, False]
    assert books.holding_all("a red", np.array([0, 1]), 0.33).tolist() == [True, False]
