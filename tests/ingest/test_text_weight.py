import numpy as np

from pinakes.ingest.text_weight import fit_text_weight, known_item_queries


def ranks(table):
    return lambda query: np.array(table[query], dtype=np.int64)


def test_queries_are_words_of_the_item_and_always_the_same():
    captions = ["a red silk dress of 1920", "Hat", "the blue wool coat, warm"]
    queries = known_item_queries(captions, np.arange(3))
    assert [row for _, row in queries] == [0, 2]
    assert all(set(q.split()) <= set(captions[row].casefold().split()) for q, row in queries)
    assert queries == known_item_queries(captions, np.arange(3))


def test_a_bridge_that_finds_what_words_miss_gets_weight():
    # Words rank the wanted item second, the bridge first: any weight above 0 that turns the order is better.
    found = fit_text_weight([("q", 7)], ranks({"q": [3, 7]}), ranks({"q": [7, 9]}))
    assert found.weight == 0.05  # 1/62 + 0.05/61 = 0.01695 > 1/61 = 0.01639
    assert found.reciprocal_rank["0.0"] == 0.5
    assert found.reciprocal_rank["0.05"] == 1.0


def test_a_bridge_that_pushes_the_item_down_gets_none():
    found = fit_text_weight([("q", 3)], ranks({"q": [3, 7]}), ranks({"q": [7, 9]}))
    assert found.weight == 0.0
    assert "BM25 alone" in found.reason


def test_nothing_to_ask_for():
    assert fit_text_weight([], ranks({}), ranks({})).weight == 0.0
