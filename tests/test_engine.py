import gc
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
from PIL import Image

import pinakes
from pinakes.collection import Collection
from pinakes.errors import FilterError, MediaError, QueryError, SettingsError, UnknownNameError, UsageError
from pinakes.indexes.bm25 import Correction
from pinakes.retrieval.searcher import Searcher
from pinakes.settings import load_settings, save_settings


@pytest.fixture(scope="module")
def engine(pristine):
    with pinakes.open(pristine) as opened:
        yield opened


def picture(folder, name="coin-0001_obverse.jpg"):
    return folder / "images" / name


def test_a_picture_finds_itself_by_any_way_in(engine, pristine):
    path = picture(pristine)
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
        pillow = image.copy()
    for given in (path, str(path), path.read_bytes(), pixels, pillow, [(path, 1.0)]):
        top = engine.search(image=given, top=1)[0]
        assert (top.id, top.view) == ("coin-0001", "obverse")
        assert top.score == pytest.approx(1.0, abs=0.01)  # arrays and PNG skip the scaled JPEG decode
        assert top.closeness == "very close"


def test_the_view_that_matched_is_named(engine, pristine):
    top = engine.search(image=picture(pristine, "coin-0001_reverse.jpg"), top=1)[0]
    assert (top.id, top.view, top.uri) == ("coin-0001", "reverse", "images/coin-0001_reverse.jpg")


def sides(folder, coin="coin-0001"):
    return {role: picture(folder, f"{coin}_{role}.jpg") for role in ("obverse", "reverse")}


def test_pictures_by_role_are_compared_with_the_views_of_their_role(engine, pristine):
    given = sides(pristine)
    by_role = engine.search(image=given, where="family = 'coin'", top=5)
    assert by_role[0].id == "coin-0001"
    assert by_role[0].reasons[0].detail.endswith(": obverse 1.00, reverse 1.00")
    vectors = dict(zip(*engine.vectors("picture"), strict=False))
    assert len(vectors) == len(engine)
    exchanged = {"obverse": given["reverse"], "reverse": given["obverse"]}
    other = engine.search(image=exchanged, where="id = 'coin-0001'")[0]
    assert other.score < by_role[0].score - 0.1
    triples = [(path, 1.0, role) for role, path in given.items()]
    assert engine.search(image=triples, where="family = 'coin'", top=5).receipt == by_role.receipt


def test_a_picture_without_a_role_and_words_join_every_role(engine, pristine):
    given = [(path, 1.0, role) for role, path in sides(pristine).items()]
    joined = engine.search("copper", image=[*given, (picture(pristine, "coin-0006_obverse.jpg"), 0.5)], top=3)
    assert {step.method for step in joined.plan} == {"bm25", "roles over exact"}


def test_an_item_without_the_role_counts_nothing_for_it(engine, pristine):
    flower = engine.search(image={"obverse": picture(pristine), "front": picture(pristine)}, top=60)
    details = {hit.id: hit.reasons[0].detail for hit in flower}
    assert details["coin-0001"].endswith("obverse 1.00, front none")
    assert "obverse none" in details["flower-0003"]


def test_like_compares_role_to_role_where_asked(engine):
    by_role = engine.search(like="coin-0001", score="roles", where="family = 'coin'", top=3)
    assert by_role.plan[0].method == "roles over exact"
    assert "coin-0001" not in by_role.ids
    unlike = engine.search(like={"coin-0001": 1.0, "flower-0003": -0.5}, score="roles", top=3)
    assert "front" not in unlike[0].reasons[0].detail


def test_the_score_is_a_setting_of_the_space_and_of_the_query(gallery):
    settings = load_settings(gallery)
    space = settings.spaces["picture"].model_copy(update={"score": "mean"})
    save_settings(gallery, settings.model_copy(update={"spaces": {"picture": space}}))
    before = Collection(gallery).status().snapshots
    Collection(gallery).sync()
    assert Collection(gallery).status().snapshots == before
    with pinakes.open(gallery) as opened:
        mean = opened.search(image=picture(gallery), top=1)
        best = opened.search(image=picture(gallery), top=1, score="best")
        assert (mean.plan[0].method, best.plan[0].method) == ("mean over exact", "exact")
        assert mean[0].score < best[0].score


def test_an_unknown_role_or_score_is_named_with_the_known_ones(engine, pristine):
    with pytest.raises(UnknownNameError, match="unknown role 'rim'") as error:
        engine.search(image={"rim": picture(pristine)})
    assert error.value.known == ("front", "obverse", "reverse")
    with pytest.raises(UnknownNameError, match="unknown score 'worst'"):
        engine.search(image=picture(pristine), score="worst")
    with pytest.raises(QueryError, match=r"\(picture, weight\)"):
        engine.search(image=[picture(pristine)])


def test_words_and_filter(engine):
    results = engine.search("coin", where="family = 'coin' and metal = 'gold'")
    assert results.hits
    assert {hit.attributes["metal"] for hit in results} == {"gold"}
    assert [hit.rank for hit in results] == list(range(1, len(results) + 1))
    assert all(str(reason).startswith("words: coin") for hit in results for reason in hit.reasons[:1])
    assert results.plan[0].allowed == pytest.approx(
        len(engine.search(where="family = 'coin' and metal = 'gold'", top=60)) / 60, abs=1e-6
    )


def test_a_filter_alone_lists_by_id(engine):
    ids = engine.search(where="family = 'flower'", top=60).ids
    assert list(ids) == sorted(ids)
    assert len(ids) == 12
    assert {hit.closeness for hit in engine.search(where="family = 'flower'")} == {None}


def test_an_exact_id_comes_first(engine):
    results = engine.search("flower-0003")
    assert results[0].id == "flower-0003"
    assert str(results[0].reasons[0]) == "has this id"


def test_sorted_by_an_attribute_unknown_values_last(engine):
    by_price = engine.search(where="id is not null", sort="price", top=60)
    prices = [hit.attributes.get("price") for hit in by_price]
    known = [price for price in prices if price is not None]
    assert 0 < len(known) < 60
    assert prices == [*sorted(known), *[None] * (60 - len(known))]
    unknown = [hit.id for hit in by_price][len(known) :]
    assert unknown == sorted(unknown)
    backwards = [
        hit.attributes.get("price") for hit in engine.search(where="price > 0", sort="-price", top=60)
    ]
    assert backwards == sorted(known, reverse=True)
    best = engine.search("coin", top=200)
    assert set(engine.search("coin", sort="price", top=200).ids) == set(best.ids)


def test_facets_come_with_an_answer_counted_without_their_own_part(engine):
    where = "family = 'coin' and metal = 'gold'"
    family, metal = engine.search("coin", where=where, facets=("family", "metal"), top=1).facets
    assert (family, metal) == engine.facets(where, ["family", "metal"])
    assert metal.known == engine.count("family = 'coin' and metal is not null")
    assert [value for value, _ in family.values] == ["coin"]
    assert engine.count() == 60
    assert engine.search("coin").facets == ()


def test_phrases_hold_for_every_signal_and_join_filters(engine):
    title = engine.item("cocktail-0001").title
    found = engine.search(f'"{title}" glass', top=60, candidates=200, facets=("family",))
    assert found.hits
    assert all(title.casefold() in f"{hit.title} {hit.text}".casefold() for hit in found)
    assert sum(count for _, count in found.facets[0].values) == len(found)
    backwards = " ".join(reversed(title.split()))
    assert engine.search(f'"{backwards}"').hits == ()
    assert engine.search(f'"{title}"', where="family = 'coin'").hits == ()


def test_misspelt_and_unfinished_words(engine):
    found = engine.search("flowerr petals")
    assert found.corrections == (Correction("flowerr", "flower", applied=True),)
    assert found.did_you_mean == "flower petals"
    words = [reason for hit in found for reason in hit.reasons if reason.signal == "words"]
    assert any("flower (" in str(reason) for reason in words)
    nobody = engine.search("flowerr petals", where="family = 'coin' and metal = 'no such'")
    assert (nobody.did_you_mean, nobody.corrections) == (None, ())  # nothing that may be shown holds it
    assert engine.search("flower petals").did_you_mean is None
    (note,) = engine.search("cockta").notes
    assert "'cockta'" in note
    assert set(engine.search("cockta").ids) <= set(engine.search("cocktail", top=60).ids)
    assert engine.search("flow", prefix=True).ids[:3] == engine.search("flow").ids[:3]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"top": 1.5}, "top is a whole number, got 1.5"),
        ({"offset": "a"}, "offset is a whole number, got 'a'"),
        ({"as_of": "2024-01-01"}, r"as_of is a datetime\.date, got '2024-01-01'"),
        ({"sort": 5}, "sort is the name of a field, got 5"),
        ({"facets": [1]}, r"facets are names of fields, got \[1\]"),
        ({"weights": {"words": float("nan")}}, "the weight of words must be a finite number, got nan"),
        ({"weights": {"words": "a"}}, "the weight of words must be a finite number, got 'a'"),
        ({"image": 5}, "a picture is a path, .*; got int"),
        ({"vector": np.ones(512, complex)}, "a vector holds real numbers, got complex128"),
        ({"vector": ["a"] * 512}, "a vector holds real numbers, got <U1"),
    ],
)
def test_arguments_of_another_kind_are_refused_by_name(engine, query, says):
    with pytest.raises(QueryError, match=says):
        engine.search("coin", **query)
    with pytest.raises(QueryError, match="a query is a mapping of the arguments of search, got 'coin'"):
        engine.search_many(["coin"])


def test_an_id_in_capitals_is_the_same_id(engine):
    assert engine.search("FLOWER-0003")[0].id == "flower-0003"


def test_but_before_the_words_of_a_picture_is_left_out(engine):
    said, plain = (engine.search(words, like="garment-0004").hits for words in ("but blue", "blue"))
    assert said == plain
    assert said[0].closeness != "loose"
    # Without a picture it is a word like others: no item holds it, and half of what was said is not found.
    assert engine.search("but blue").hits != engine.search("blue").hits


def test_like_leaves_the_item_out_and_negatives_push_away(engine):
    near = engine.search(like="coin-0001", top=59)
    assert "coin-0001" not in near.ids
    assert len(near) == 59
    pushed = engine.search(like={"coin-0001": 1.0, near.ids[0]: -0.9}, top=58)
    assert near.ids[0] not in pushed.ids
    assert near.ids[1:] != pushed.ids


def test_a_vector_of_the_collection_finds_its_item(engine):
    ids, vectors = engine.vectors("picture")
    row = ids.index("garment-0005")
    assert engine.search(vector=vectors[row], top=1).ids == ("garment-0005",)
    assert engine.search(vector={"picture": vectors[row].tolist()}, top=1).ids == ("garment-0005",)


def test_signals_are_fused_by_rank_with_the_weights_given(engine, pristine):
    results = engine.search("coin", image=picture(pristine), top=3)
    assert {step.signal for step in results.plan} == {"words", "picture"}
    assert results[0].id == "coin-0001"
    rank = {reason.signal: reason.rank for reason in results[0].reasons}
    assert results[0].score == pytest.approx(sum(1 / (60 + r) for r in rank.values()), abs=1e-9)
    only_words = engine.search("coin", image=picture(pristine), weights={"picture": 0.0}, top=10)
    assert only_words.ids == engine.search("coin").ids


def test_the_same_question_has_the_same_answer_and_receipt(engine):
    one, other = (engine.search(like="coin-0002", top=20) for _ in range(2))
    assert one.hits == other.hits
    assert one.receipt == other.receipt != engine.search(like="coin-0003", top=20).receipt
    assert one.release == engine.release.id


def test_no_more_searches_run_at_a_time_than_there_are_cores(pristine, monkeypatch):
    monkeypatch.setattr("pinakes.engine.usable_cores", lambda: 2)
    lock, running, most = threading.Lock(), 0, 0
    search = Searcher.search

    def watched(searcher, *asked):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        found = search(searcher, *asked)
        with lock:
            running -= 1
        return found

    monkeypatch.setattr(Searcher, "search", watched)
    with pinakes.open(pristine) as engine, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: engine.search("blue dress").receipt, range(24)))
    assert len(set(found)) == 1
    assert most == 2


def test_search_many_answers_as_one_by_one(engine):
    together = engine.search_many([{"text": "coin"}, {"like": "flower-0001", "top": 3}])
    assert [r.ids for r in together] == [
        engine.search("coin").ids,
        engine.search(like="flower-0001", top=3).ids,
    ]


def test_results_as_json_have_the_fixed_keys(engine):
    answer = engine.search("coin", top=1).to_dict()
    assert {"hits", "plan", "timings_ms", "release", "n_below", "receipt"} <= set(answer)
    assert set(answer["hits"][0]) >= {
        *("rank", "id", "score", "confidence", "closeness", "title", "text", "attributes", "view"),
        *("uri", "thumb", "rights", "attribution", "reasons"),
    }
    assert answer["hits"][0]["confidence"] is None
    assert answer["synthetic"] is True
    assert engine.search("coin", top=1).to_run("q1") == [("q1", answer["hits"][0]["id"], -1.0)]


def test_identical_pictures_collapse_unless_asked_for(gallery):
    shutil.copy(picture(gallery, "flower-0001_front.jpg"), picture(gallery, "flower-0002_front.jpg"))
    pinakes.index(gallery)
    with pinakes.open(gallery) as engine:
        query = picture(gallery, "flower-0001_front.jpg")
        top = engine.search(image=query, top=2)
        assert (top[0].id, top[0].duplicates) == ("flower-0001", {"flower-0002": "identical"})
        assert engine.search(image=query, top=2, collapse=False).ids == ("flower-0001", "flower-0002")


def test_licences_fail_closed_and_rights_expire(gallery):
    settings = load_settings(gallery)
    policy = settings.policy.model_copy(update={"licenses": ("cc0",)})
    save_settings(gallery, settings.model_copy(update={"policy": policy}))
    pinakes.index(gallery)
    with pinakes.open(gallery) as engine:
        shown = engine.search(where="id is not null", top=60)
        assert {hit.rights.license for hit in shown} == {"cc0"}
        assert engine.search(where="license = 'cc-by'", top=60).hits == ()
        assert engine.search("coin", as_of=date(1990, 1, 1)).release == engine.release.id


def test_a_thumbnail_that_cannot_be_kept_is_shown_all_the_same(gallery):
    media = gallery / ".pinakes/media"
    if media.exists():
        shutil.rmtree(media)
    media.write_bytes(b"")  # no folder: like a folder that may not be written to, which root would not notice
    with pinakes.open(gallery) as engine:
        assert engine.thumbnail("coin-0001")[8:12] == b"WEBP"
    assert media.read_bytes() == b""


def test_a_closed_engine_opens_again_when_it_is_used(gallery):
    with pinakes.open(gallery) as engine:
        results = engine.search(like="coin-0001", top=2)
    assert results._repr_html_().count("data:image/webp;base64,") == 2  # as a notebook shows them afterwards
    assert engine.search(like="coin-0001", top=2).receipt == results.receipt
    engine.close()
    engine.close()


def test_thumbnails_are_made_once_and_kept(gallery):
    shutil.rmtree(gallery / ".pinakes/media", ignore_errors=True)
    with pinakes.open(gallery) as engine:
        made = engine.thumbnail("coin-0001", "reverse")
        assert made[:4] == b"RIFF"
        assert made[8:12] == b"WEBP"
        kept = [p for p in (gallery / ".pinakes/media").rglob("*") if p.is_file()]
        assert len(kept) == 1
        assert kept[0].read_bytes() == made
        with pytest.raises(UnknownNameError, match="back"):
            engine.thumbnail("coin-0001", "back")
        hit = engine.search("coin-0001")[0]
        assert hit.thumb is not None


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ({}, QueryError, "nothing to search for"),
        ({"text": "   "}, QueryError, "nothing to search for"),
        ({"text": "x", "top": 0}, QueryError, "top must be from 1"),
        ({"text": "x", "where": "prise < 5"}, UnknownNameError, "did you mean 'price'"),
        ({"text": "x", "where": "price < 'cheap'"}, FilterError, "price"),
        ({"text": "x", "where": "price <"}, FilterError, "price <"),
        ({"text": "x", "sort": "prise"}, UnknownNameError, "did you mean 'price'"),
        ({"text": "x", "facets": ["prise"]}, UnknownNameError, "did you mean 'price'"),
        ({"text": "x", "weights": {"wrds": 1}}, UnknownNameError, "did you mean 'words'"),
        ({"text": "x", "weights": {"words": -1}}, QueryError, "at least 0"),
        ({"text": "x", "rerank": "ltr"}, UnknownNameError, "reranker"),
        ({"text": "x", "score": 3}, UnknownNameError, "unknown score 3. Known: best"),
        ({"text": "x", "collapse": 3}, UnknownNameError, "unknown collapse 3. Known: identical"),
        ({"text": "x", "min_confidence": 0.5}, QueryError, "calibrator"),
        ({"like": "coin-1"}, UnknownNameError, "did you mean 'coin-"),
        ({"vector": np.ones(3)}, QueryError, "no space takes"),
        ({"vector": {"picture": np.ones(3)}}, QueryError, "takes a vector of shape"),
        ({"image": b"not a picture"}, MediaError, "not_a_picture"),
        ({"image": "/no/such.jpg"}, MediaError, "unreadable"),
        ({"image": np.zeros((4, 4), np.uint8)}, QueryError, "RGB uint8"),
        ({"like": {"coin-0001": 1.0, "coin-0002": -1.0, "x": 0.0}}, UnknownNameError, "item"),
    ],
)
def test_bad_questions_are_refused_with_what_would_be_right(engine, query, error, message):
    with pytest.raises(error, match=message):
        engine.search(**query)


@pytest.mark.parametrize("number", [0.0, np.nan, -np.inf])
def test_a_vector_without_a_direction_is_refused(engine, number):
    dim = engine.vectors("picture")[1].shape[1]
    with pytest.raises(QueryError, match="finite and not all zero"):
        engine.search(vector=np.full(dim, number))


def test_opening_leaves_the_garbage_collector_as_it_was(gallery, tmp_path):
    for collecting in (True, False):
        (gc.enable if collecting else gc.disable)()
        try:
            pinakes.open(gallery).close()
            with pytest.raises(SettingsError):
                pinakes.open(tmp_path / "nothing")
            assert gc.isenabled() == collecting
        finally:
            gc.enable()


def test_opening_what_is_not_there(tmp_path, gallery):
    with pytest.raises(SettingsError, match="not a collection"):
        pinakes.open(tmp_path)
    with pytest.raises(UnknownNameError, match="ref"):
        pinakes.open(gallery, ref="candidate")
    shutil.rmtree(Collection(gallery).paths.refs)
    with pytest.raises(UsageError, match="pinakes index"):
        pinakes.open(gallery)


def test_a_damaged_release_that_is_published_is_no_outage(gallery):
    with pinakes.open(gallery) as engine:
        before = engine.release.id
        Collection(gallery).compact()
        items = Collection(gallery).paths.snapshot("v0002").items
        items.chmod(0o644)
        items.write_bytes(b"PAR1")
        engine.refresh()
        assert len(engine.search("coin")) == 10
        assert engine.release.id == before
        assert "items.parquet" in engine.trouble


def test_a_collection_without_words_has_nothing_to_match_words_with(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "1.png")
    (tmp_path / "items.csv").write_text("id,image\n1,1.png\n")
    pinakes.index(tmp_path / "items.csv", into=tmp_path / "silent")
    with pinakes.open(tmp_path / "silent") as engine:
        results = engine.search("anything")
    assert (results.ids, results.plan) == ((), ())


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"text": 5}, "text is one text, or several with weights"),
        ({"like": ["coin-0001"]}, "like is one text, or several with weights"),
        ({"text": {1: 1.0}}, "text is one text, or several with weights: .*; got 1"),
        ({"text": {"coin": "a"}}, "the weight of 'coin' must be a finite number, got 'a'"),
        ({"like": {"coin-0001": float("nan")}}, "the weight of 'coin-0001' must be a finite number, got nan"),
        ({"like": {"coin-0001": None}}, "the weight of 'coin-0001' must be a finite number, got None"),
        ({"text": "coin", "weights": "words"}, "weights are given by signal"),
    ],
)
def test_arguments_of_another_type_are_refused_with_the_right_one(engine, query, says):
    with pytest.raises(QueryError, match=says):
        engine.search(**query)


def test_one_facet_needs_no_list_and_an_id_is_a_text(engine):
    assert [facet.field for facet in engine.search("coin", facets="family").facets] == ["family"]
    assert [facet.field for facet in engine.facets(fields="family")] == ["family"]
    with pytest.raises(UnknownNameError, match="there is no item 7: ids are texts"):
        engine.item(7)


def test_a_refused_picture_is_named_by_its_file(engine, tmp_path):
    (tmp_path / "words.jpg").write_text("not a picture")
    with pytest.raises(
        MediaError, match=r"words\.jpg: no intact header of a JPEG, .*: it begins with 'not a picture'"
    ):
        engine.search(image=tmp_path / "words.jpg")
