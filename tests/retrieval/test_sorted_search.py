"""What is put in order is everything that was found, not the candidates alone."""

import pytest

import pinakes

PRICES = {"a": 7, "b": 3, "c": None, "d": 9, "e": 1, "f": 5, "g": 3, "h": 8}
"""Lamps by id; two of them are red. ``z`` is a red chair that costs nothing."""

UP = ["e", "b", "g", "f", "a", "h", "d", "c"]
DOWN = ["d", "h", "a", "f", "b", "g", "e", "c"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sorted") / "shop"
    folder.mkdir()
    lamps = [
        f"{name},{'red ' if name in 'dh' else ''}lamp,{'' if price is None else price}"
        for name, price in PRICES.items()
    ]
    (folder / "shop.csv").write_text("\n".join(["id,title,price", *lamps, "z,red chair,0"]), "utf-8")
    pinakes.index(folder)
    with pinakes.open(folder) as engine:
        yield engine


def pages(engine, size, **query):
    found, offset, ranks = [], 0, []
    while True:
        results = engine.search(**query, top=size, offset=offset)
        found += results.ids
        ranks += [hit.rank for hit in results]
        if not results.more:
            assert ranks == list(range(1, len(found) + 1))
            return found
        assert len(results) == size
        offset += size


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 100])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"where": "title != 'red chair'", "sort": "price"}, UP),
        ({"where": "title != 'red chair'", "sort": "-price"}, DOWN),
        ({"text": "lamp", "sort": "price"}, UP),
        ({"text": "lamp", "sort": "-price"}, DOWN),
        ({"text": "red lamp", "sort": "price"}, ["h", "d"]),
        ({"text": "a red lamp", "sort": "-price"}, ["d", "h"]),
        ({"text": "red sofa", "sort": "price"}, ["z", "h", "d"]),
        ({"text": "red lamp sofa", "sort": "price"}, ["h", "d"]),
        ({"text": "red lamp", "sort": "price", "where": "price < 7"}, ["z", "e", "b", "g", "f"]),
        ({"text": '"red lamp"', "sort": "price"}, ["h", "d"]),
        ({"where": "price <= 9"}, ["a", "b", "d", "e", "f", "g", "h", "z"]),
    ],
)
def test_all_that_is_found_is_put_in_order_whatever_the_candidates(engine, size, query, expected):
    assert pages(engine, size, **query, candidates=2) == expected


@pytest.mark.parametrize("size", [1, 3, 100])
def test_an_order_alone_lists_the_whole_collection(engine, size):
    everything = pages(engine, size, where="id is not null", sort="-price")
    assert len(everything) == len(engine)
    assert pages(engine, size, sort="-price") == everything


def test_the_answer_says_how_many_hold_only_some_of_the_words(engine):
    assert engine.search("red lamp", sort="price").notes == (
        "in order are the 2 that hold every word; 7 more hold only some",
    )
    assert engine.search("red lamp").notes == engine.search("lamp", sort="price").notes == ()


def test_by_score_only_the_candidates_are_found_and_pages_end_there(engine):
    by_score = pages(engine, 2, text="lamp", candidates=4)
    assert by_score == list(engine.search("lamp", top=4, candidates=4).ids)
    assert len(by_score) == 4


def test_past_the_end_there_is_nothing(engine):
    results = engine.search(where="price < 5", offset=4)
    assert (results.ids, results.more) == ((), False)
    with pytest.raises(pinakes.errors.QueryError, match="offset must be at least 0, got -1"):
        engine.search("lamp", offset=-1)


def test_of_a_space_the_nearest_are_put_in_order_and_the_answer_says_so(pristine):
    with pinakes.open(pristine) as engine:
        nearest = engine.search(like="coin-0001", top=5, collapse=False).ids
        query = {"like": "coin-0001", "sort": "id", "candidates": 5, "collapse": False}
        assert pages(engine, 2, **query) == sorted(nearest)
        assert "of picture, only the 5 nearest were put in order" in engine.search(**query, top=2).notes
        assert engine.search(like="coin-0001", candidates=200, sort="id").notes == ()
