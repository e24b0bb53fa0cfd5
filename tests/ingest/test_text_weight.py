import numpy as np

from pinakes.ingest.text_weight import allow_text_weight, fit_text_weight, known_item_queries


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


def asked_and_ranked(words, model, n=20):
    """``n`` queries for the items 0 to n - 1, which words and a model rank at these places."""

    def ranking(place):
        def rank(query):
            wanted = int(query)
            others = [1000 + k for k in range(place - 1)]
            return np.array([*others, wanted], dtype=np.int64)

        return rank

    return [(str(k), k) for k in range(n)], ranking(words), ranking(model)


def test_a_model_that_does_no_harm_counts_as_much_as_words():
    found = allow_text_weight(*asked_and_ranked(words=1, model=1), items=1000)
    assert found.weight == 1.0
    assert "at most 0.02" in found.reason


def test_a_model_counts_until_it_pushes_down_what_words_find():
    # Words: the item, another. The model: the other first, the item tenth. The other overtakes the item where
    # 1/62 + w/61 > 1/61 + w/70, which is above w = 0.125.
    queries = [(str(k), k) for k in range(20)]
    words = {str(k): [k, 500] for k in range(20)}
    model = {str(k): [500, *range(900, 908), k] for k in range(20)}
    found = allow_text_weight(queries, ranks(words), ranks(model), items=1000)
    assert found.weight == 0.1
    assert (found.reciprocal_rank["0.1"], found.reciprocal_rank["0.2"]) == (1.0, 0.5)


def test_a_model_that_finds_no_more_than_chance_does_not_count():
    found = allow_text_weight(*asked_and_ranked(words=1, model=40), items=1000)
    assert (found.weight, found.reason) == (0.0, "alone it finds 0 of 20 known items, by chance 0 are")


def test_in_a_collection_of_ten_items_only_harm_can_be_told():
    # By chance all of them are among the first ten.
    assert allow_text_weight(*asked_and_ranked(words=1, model=1, n=10), items=10).weight == 1.0


def test_a_model_without_queries_is_believed():
    assert allow_text_weight([], ranks({}), ranks({}), items=5).weight == 1.0
