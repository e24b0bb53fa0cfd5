import json
from datetime import date

import numpy as np
import pytest

import pinakes
from pinakes.collection import Collection
from pinakes.errors import QueryError, UsageError
from pinakes.retrieval.kept import KeptAnswer, KeptHit, Replay


@pytest.fixture(scope="module")
def engine(pristine):
    with pinakes.open(pristine) as engine:
        yield engine


@pytest.fixture(scope="module")
def picture(pristine):
    return pristine / "images" / "coin-0001_obverse.jpg"


def queries(engine, picture):
    _, rows = engine.vectors("picture")
    return [
        {"text": "blue dress", "where": "price < 90", "as_of": None},
        {"text": "blue", "image": picture, "weights": {"words": 0.5}},
        {"image": {"obverse": picture}, "top": 3},
        {"like": {"coin-0001": 1.0, "coin-0002": -0.5}, "top": 4},
        {"like": "coin-0001", "score": "roles"},
        {"vector": rows[0], "collapse": False, "candidates": 20},
        {"where": {"field": "family", "op": "=", "value": "coin"}, "sort": "-price", "offset": 2},
        {"text": "flowerr peta", "prefix": True, "facets": ["family"]},
        {"text": "zzzz nothing holds this"},
    ]


def test_what_was_kept_replays_to_the_same_answer(engine, picture):
    for query in queries(engine, picture):
        found, kept = engine.search_kept(query)
        assert [(hit.rank, hit.id, hit.score) for hit in kept.hits] == [
            (hit.rank, hit.id, hit.score) for hit in found
        ]
        assert (kept.receipt, kept.release) == (found.receipt, engine.release.id)
        assert found.receipt == engine.search(**query).receipt
        travelled = KeptAnswer.from_dict(json.loads(json.dumps(kept.to_dict())))
        assert travelled == KeptAnswer.from_dict(kept.to_dict())
        assert engine.replay(travelled) == Replay(same=True, hits=kept.hits, missing=(), added=())


@pytest.mark.parametrize(
    "other",
    [
        {"where": "family = 'coin'"},
        {"as_of": date(2020, 2, 28)},
        {"weights": {"words": 1.0}},
        {"score": "best"},
        {"top": 11},
        {"candidates": 201},
        {"collapse": False},
        {"facets": ["family"]},
        {"prefix": True},
    ],
)
def test_a_receipt_names_all_that_was_asked_and_not_its_hits_alone(engine, other):
    one, same, another = (
        engine.search("follis", **how) for how in ({}, {"facets": [], "weights": {}, "offset": 0}, other)
    )
    assert one.hits == same.hits == another.hits != ()
    assert one.receipt == same.receipt != another.receipt


def test_a_filter_is_one_however_a_program_writes_it(engine):
    tree = {"field": "date_added", "op": ">", "value": date(2024, 1, 1)}
    text = {**tree, "value": "2024-01-01"}
    (one, kept), (other, _) = (
        engine.search_kept({"where": where, "top": np.int64(3)}) for where in (tree, text)
    )
    assert one.receipt == other.receipt
    assert json.loads(json.dumps(kept.to_dict()))["query"]["where"] == text


def test_the_query_is_kept_as_it_was_resolved(engine):
    _, kept = engine.search_kept({"text": " blue ", "where": "price < 90", "top": 3})
    asked = kept.query
    assert (asked["text"], asked["where"], asked["top"], asked["candidates"]) == (
        "blue",
        "price < 90",
        3,
        200,
    )
    assert asked["as_of"] == kept.kept[:10]
    assert asked["collapse"] is True
    assert kept.kept.endswith("Z")


def test_of_a_picture_only_its_vector_is_kept(engine, picture):
    _, kept = engine.search_kept({"image": picture.read_bytes()})
    (numbers,) = kept.query["vectors"].values()
    assert np.linalg.norm(numbers) == pytest.approx(1, abs=1e-3)
    assert set(kept.query) == {
        *(
            "text",
            "vectors",
            "roles",
            "by_words",
            "fallback",
            "exclude",
            "where",
            "as_of",
            "weights",
            "score",
        ),
        *("top", "candidates", "collapse", "sort", "offset", "facets", "prefix"),
    }


def test_words_that_nothing_holds_keep_the_vectors_that_stood_in(engine):
    """The text bridge counts for nothing beside words that are found, and for all where none is."""
    found, kept = engine.search_kept({"text": "garment", "where": "family = 'coin'"})
    assert [step.signal for step in found.plan] == ["words", "picture"]
    assert (set(kept.query["fallback"]), kept.query["vectors"]) == ({"picture"}, {})
    assert engine.replay(kept).same
    _, held = engine.search_kept({"text": "garment"})
    assert held.query["fallback"] == {}


def test_an_item_that_was_blocked_since_is_missing(gallery):
    with pinakes.open(gallery) as engine:
        found, kept = engine.search_kept({"text": "coin", "top": 3})
        Collection(gallery).block([found.ids[0]], reason="a test")
        engine.refresh()
        replayed = engine.replay(kept)
    assert not replayed.same
    assert replayed.missing == (found.ids[0],)
    assert len(replayed.added) == 1
    assert [hit.id for hit in replayed.hits][:2] == list(found.ids[1:])


def test_another_release_is_not_asked(engine):
    _, kept = engine.search_kept({"text": "coin"})
    other = KeptAnswer(kept.receipt, kept.kept, "v0009-00000000", kept.query, kept.hits)
    with pytest.raises(UsageError, match="is of release v0009-00000000"):
        engine.replay(other)


def test_what_search_does_not_take_is_not_kept(engine):
    with pytest.raises(QueryError, match="search takes no 'txt'"):
        engine.search_kept({"txt": "coin"})


@pytest.mark.parametrize("damage", [{"query": {}}, {"hits": 3}, {"replay": {"same": True}}])
def test_what_was_not_kept_is_not_read(damage):
    plain = KeptAnswer("0" * 16, "now", "v0001-0", {}, (KeptHit(1, "a", 0.5),)).to_dict() | damage
    with pytest.raises((KeyError, TypeError)):
        KeptAnswer.from_dict(plain).query["text"]
