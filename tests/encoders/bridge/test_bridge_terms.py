import numpy as np
import pytest

from pinakes.encoders.bridge import terms
from pinakes.encoders.bridge.terms import Vocabulary, build_vocabulary, cut


def test_texts_become_stems_and_pairs_of_them():
    assert cut(["Red  DRESSES, twice!", ""], "english") == [
        ["red", "dress", "twice", "red dress", "dress twice"],
        [],
    ]
    assert cut(["Red Dresses"], "none") == [["red", "dresses", "red dresses"]]


def test_compatible_characters_are_one_term():
    assert cut(["ＲＥＤ ﬁre"], "none") == [["red", "fire", "red fire"]]


def test_a_term_must_be_in_two_texts():
    vocabulary = build_vocabulary([["a", "b", "b"], ["a", "c"], ["a", "c"]], "none")
    assert vocabulary.terms == ("a", "c")  # the more frequent first; b is in one text only
    # ln((1 + n) / (1 + df)) + 1
    assert vocabulary.idf == pytest.approx([1.0, np.log(4 / 3) + 1])


def test_the_vocabulary_is_capped_and_its_order_is_fixed(monkeypatch):
    monkeypatch.setattr(terms, "MAX_TERMS", 2)
    assert build_vocabulary([["c", "b", "a"], ["b", "c", "a"]], "none").terms == ("a", "b")


def test_weights_by_hand():
    vocabulary = Vocabulary(("a", "b"), np.array([1.0, 2.0]), "none")
    numbers, weights = vocabulary.weigh(["b", "x", "a", "a"])
    raw = np.array([1 + np.log(2), 2.0])  # (1 + log tf) * idf
    assert numbers.tolist() == [0, 1]
    assert weights == pytest.approx(raw / np.hypot(*raw))


def test_unknown_words_weigh_nothing():
    vocabulary = Vocabulary(("a",), np.array([1.0]), "none")
    assert [array.size for array in vocabulary.weigh(["x"])] == [0, 0]
    assert vocabulary.matrix([["x"], ["a"]]).tolist() == [[0.0], [1.0]]
