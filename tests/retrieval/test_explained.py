"""Why an item ranks where it does is told by the lists that the answer is made of."""

import json
import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import pinakes
from pinakes.collection import Collection
from pinakes.errors import FilterError, QueryError, UnknownNameError
from pinakes.retrieval.arguments import SearchArguments
from pinakes.retrieval.explained import explain
from pinakes.retrieval.opening import open_release
from pinakes.retrieval.planner import Choice, Planner
from pinakes.snapshots.refs import read_release

SHOP = """id,title,colour,price,license,expires
a,red lamp,red,5,cc0,
b,green lamp,green,9,cc0,2999-01-31
c,green chair,green,20,secret,
d,blue chair of a lamp maker,blue,,,
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explained") / "shop"
    folder.mkdir()
    (folder / "shop.csv").write_text(SHOP, "utf-8")
    pinakes.index(folder)
    with pinakes.open(folder) as engine:
        yield engine


@pytest.fixture(scope="module")
def gallery(tmp_path_factory, pristine):
    """Sixty items; coin-0002 shows the pictures of coin-0001."""
    folder = tmp_path_factory.mktemp("explained") / "photos"
    shutil.copytree(pristine, folder, ignore=shutil.ignore_patterns(".pinakes", "pinakes.toml"))
    for path in sorted((folder / "images").glob("coin-0001*")):
        shutil.copyfile(path, path.with_name(path.name.replace("coin-0001", "coin-0002")))
    pinakes.index(folder)
    with pinakes.open(folder) as engine:
        yield engine


def kinds(explanation):
    return [obstacle.kind for obstacle in explanation.obstacles]


@pytest.mark.parametrize(
    "query",
    [
        {"text": "gold coin"},
        {"text": "gold coin", "like": "coin-0003", "candidates": 20},
        {"text": "coin-0004", "weights": {"picture": 0.5}},
        {"like": "coin-0003", "candidates": 30},
        {"like": "coin-0003", "score": "roles", "collapse": False, "candidates": 60},
        {"like": "coin-0003", "score": "mean"},
        {"text": "flower", "sort": "-petals"},
        {"where": "family = 'coin'"},
        {"sort": "price", "collapse": "near"},
        {"text": "garment", "where": "family = 'coin'"},
        {"text": "coin", "vector": None, "like": {"coin-0001": 1.0, "mug-0001": -0.5}, "where": "price > 3"},
    ],
)
def test_ranks_and_scores_are_those_of_the_answer(gallery, query):
    """Of every item: all pages of an answer are cut from the lists that are explained."""
    query = {name: value for name, value in query.items() if value is not None}
    if "like" in query and "mug-0001" in query["like"]:
        query["like"] = {"coin-0001": 1.0, "flower-0001": -0.5}
    hits, offset = {}, 0
    while found := gallery.search(**query, top=7, offset=offset).hits:
        hits |= {hit.id: hit for hit in found}
        offset += 7
    behind = {other: hit for hit in hits.values() for other in hit.duplicates}
    shown, _ = gallery.vectors("picture")
    for item in set(shown):
        explained = gallery.explain(item, query)
        hit = hits.get(item)
        assert explained.of == len(hits)
        if hit is None:
            assert (explained.rank, explained.score) == (None, None)
            assert explained.obstacles
            assert explained.behind == (behind[item].id if item in behind else None)
            continue
        assert (explained.rank, explained.score) == (hit.rank, hit.score)
        assert {p.signal: (p.rank, p.score) for p in explained.parts if p.rank} == {
            reason.signal: (reason.rank, reason.score) for reason in hit.reasons
        }
        if explained.parts:
            assert sum(part.adds for part in explained.parts) == pytest.approx(hit.score, abs=1e-8)


def test_lists_add_their_weight_over_sixty_and_the_rank(gallery):
    explained = gallery.explain(
        "coin-0004", {"text": "coin", "like": "coin-0003", "weights": {"picture": 0.5}}
    )
    words, picture = explained.parts
    assert (words.signal, words.adds) == ("words", 1 / (60 + words.rank))
    assert (picture.signal, picture.adds) == ("picture", 0.5 / (60 + picture.rank))
    assert picture.detail == f"similarity {picture.score:.4f}"


def test_an_id_that_was_typed_adds_one(gallery):
    by_id = {part.signal: part for part in gallery.explain("coin-0004", {"text": "coin-0004"}).parts}
    assert (by_id["id"].adds, by_id["id"].detail) == (1.0, "has this id")
    other = {part.signal: part for part in gallery.explain("coin-0005", {"text": "coin-0004"}).parts}
    assert (other["id"].adds, other["id"].detail) == (0.0, "has another id")


def test_words_are_told_by_field(shop):
    explained = shop.explain("b", {"text": "green lamps sofa"})
    (words,) = explained.parts
    assert {(part.word, part.field) for part in words.words} == {
        ("green", "title"),
        ("green", "attributes"),
        ("lamps", "title"),
    }
    assert sum(part.score for part in words.words) == pytest.approx(words.score, abs=2e-6)
    assert words.words == tuple(sorted(words.words, key=lambda part: -part.score))
    assert words.detail == "green (attributes, title), lamps (title); lacks sofa"
    assert words.adds == words.score == explained.score


def test_what_no_list_holds_is_told_by_list(shop):
    explained = shop.explain("c", {"text": "lamp"})
    assert (explained.verdict, kinds(explained)) == ("not found", ["words"])
    assert list(explained)[1] == "it holds none of the words"


def test_what_comes_after_the_candidates_is_told_with_the_last_of_them(gallery):
    query = {"like": "coin-0003", "candidates": 3, "top": 2}
    whole = gallery.search(**{**query, "candidates": 60, "top": 60})
    explained = gallery.explain(whole.ids[10], query)
    (part,) = explained.parts
    assert kinds(explained) == ["candidates"]
    assert part.score == whole[10].score
    assert f"it has {whole[10].score:.4f}, and the last of the 3 nearest has" in explained.obstacles[0].detail
    assert explained.of == 3 - 1 * (len({"coin-0001", "coin-0002"} & set(whole.ids[:3])) == 2)


class Lossy:
    """An index that never proposes one row."""

    name = "lossy"

    def __init__(self, exact, lost):
        self.exact, self.lost = exact, lost

    def propose(self, queries, k, mask=None):
        for proposal in self.exact.propose(queries, k, mask):
            yield replace(proposal, rows=proposal.rows[~np.isin(proposal.rows, self.lost)])


def test_what_an_index_passed_over_is_told_with_its_recall(gallery):
    ids, rows = gallery.vectors("picture")
    first, query = ids[0], SearchArguments(vector=rows[0], candidates=5, top=2)
    opened = open_release(gallery.paths, read_release(gallery.paths, "live"))
    corpus, space = opened.corpus, opened.corpus.spaces["picture"]
    (part,) = space.parts
    lost = np.flatnonzero(part.item_rows == corpus.row_of[first])
    lossy = replace(part, quicker=Planner(part.index, quick=Choice(Lossy(part.index, lost), recall=0.9)))
    corpus = replace(corpus, spaces={"picture": replace(space, parts=(lossy,))})
    opened = replace(opened, corpus=corpus, searcher=replace(opened.searcher, corpus=corpus))
    explained = explain(opened, query, None, first)
    opened.close()
    assert (explained.verdict, kinds(explained)) == ("not found", ["missed"])
    assert "it finds 90.00% of what an exact search does" in explained.obstacles[0].detail


def test_what_comes_after_the_page_is_told_with_its_rank(gallery):
    query = {"like": "coin-0003"}
    seventh = gallery.search(**query, top=7).ids[6]
    explained = gallery.explain(seventh, {**query, "top": 5})
    assert explained.rank == 7
    assert [str(obstacle.detail) for obstacle in explained.obstacles] == [
        "it comes after the first 5: --top 7 shows it"
    ]
    assert kinds(gallery.explain(seventh, {**query, "top": 3, "offset": 4})) == []


def test_what_another_stands_for_is_told(gallery):
    explained = gallery.explain("coin-0002", {"where": "family = 'coin'"})
    assert (explained.behind, explained.rank, kinds(explained)) == ("coin-0001", None, ["collapse"])
    assert explained.verdict == "not shown: coin-0001 stands for it"
    assert "rank 1, stands for it: its pictures are identical" in explained.obstacles[0].detail
    assert gallery.explain("coin-0002", {"where": "family = 'coin'", "collapse": False}).rank == 2


def test_an_order_tells_the_value(shop):
    query = {"text": "lamp", "sort": "-price"}
    assert (
        shop.explain("a", query).verdict == "rank 2 of 3 in the order of price, highest first: its price is 5"
    )
    assert shop.explain("d", query).order == "price, highest first: its price is not known"
    assert shop.explain("a", {"where": "price < 7"}).verdict == "rank 1 of 1 in the order of id"


def test_an_order_wants_all_words(shop):
    explained = shop.explain("a", {"text": "green lamp", "sort": "price"})
    assert kinds(explained) == ["words"]
    assert "holds only some of the words" in explained.obstacles[0].detail


def test_spaces_in_which_nothing_was_compared_are_named(gallery):
    assert gallery.explain("coin-0003", {"text": "coin"}).notes == (
        "the space picture was not searched: it counts for words only where no item holds them",
    )
    assert gallery.explain("coin-0003", {"like": "coin-0001"}).notes == ()


def test_words_that_were_put_right_are_named(gallery):
    notes = gallery.explain("flower-0001", {"text": "flowerr"}).notes
    assert "no item holds 'flowerr': searched for 'flower'" in notes


@pytest.mark.parametrize(
    ("item", "query", "error", "message"),
    [
        ("coin-001", {"text": "coin"}, UnknownNameError, "did you mean 'coin-0001'"),
        ("coin-0001", {}, QueryError, "nothing to search for"),
        ("coin-0001", {"where": "price <"}, FilterError, "expected"),
        ("coin-0001", {"text": "coin", "txt": 1}, QueryError, "search takes no 'txt'"),
        ("coin-0001", {"text": "coin", "weights": {"wrds": 1.0}}, UnknownNameError, "did you mean 'words'"),
    ],
)
def test_what_cannot_be_answered_is_refused(gallery, item, query, error, message):
    with pytest.raises(error, match=message):
        gallery.explain(item, query)


def test_it_is_plain_values_for_programs(shop):
    plain = json.loads(json.dumps(shop.explain("c", {"text": "lamp", "where": "price < 10"}).to_dict()))
    assert (plain["id"], plain["found"], plain["verdict"]) == ("c", False, "not found")
    assert plain["obstacles"] == [
        {"kind": "filter", "detail": "it does not pass price < 10: its price is 20"}
    ]
    assert plain["parts"][0]["missing"] is None


@pytest.mark.parametrize(
    ("item", "query", "details"),
    [
        ("c", {"where": "price < 10 and colour = 'green'"}, ["it does not pass price < 10: its price is 20"]),
        ("d", {"where": "price < 10"}, ["it does not pass price < 10: its price is not known"]),
        (
            "c",
            {"where": "price < 10 or colour = 'red'"},
            ["it does not pass price < 10 or colour = 'red': its price is 20, its colour is green"],
        ),
        ("a", {"text": '"green lamp"'}, ['it does not hold "green lamp" word for word']),
        ("a", {"like": "a"}, ["the query asks for more like it, or less: such items are left out"]),
        (
            "b",
            {"text": "lamp", "as_of": date(2999, 3, 1)},
            ["its rights ended on 2999-01-31, and are judged as of 2999-03-01"],
        ),
        ("b", {"text": "lamp", "as_of": date(2999, 1, 31)}, []),
    ],
)
def test_what_a_query_may_not_find_is_told_why(shop, item, query, details):
    assert [obstacle.detail for obstacle in shop.explain(item, query).obstacles] == details


def test_takedowns_and_licences_come_first(shop, tmp_path):
    folder = tmp_path / "shop"
    shutil.copytree(shop.paths.root, folder)
    with (folder / "pinakes.toml").open("a") as file:
        file.write('\n[policy]\nlicenses = ["cc0"]\n')
    pinakes.index(folder)
    Collection(folder).block(["c"], reason="the maker asked")
    with pinakes.open(folder) as engine:
        explained = engine.explain("c", {"text": "chair", "where": "price < 10"})
        assert kinds(explained) == ["blocked", "license", "filter"]
        assert "blocked (the maker asked)" in explained.obstacles[0].detail
        assert "its licence is secret; pinakes.toml lets be shown: cc0" in explained.obstacles[1].detail
        assert explained.parts[0].score > 0
        (unknown,) = engine.explain("d", {"text": "chair"}).obstacles
        assert "its licence is not known" in unknown.detail
