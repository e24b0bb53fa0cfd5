import json

import numpy as np
import pytest

from pinakes.samples.gallery import generate_gallery
from pinakes.samples.judgements import Query, grade, judged, make_queries, qrels_lines
from pinakes.samples.questions import ASKERS, Facet, Question
from pinakes.samples.records import FAMILIES, make_record
from pinakes.samples.schema import SCHEMA

RED_STRIPED_DRESS = Question(
    "red striped dress", Facet("garment", "dress"), (Facet("colour", "red"), Facet("pattern", "striped"))
)


def attributes(**known):
    return {**dict.fromkeys(SCHEMA), **known}


@pytest.mark.parametrize(
    ("garment", "colour", "pattern", "expected"),
    [
        ("dress", "red", "striped", 3),
        ("dress", "red", "plain", 2),
        ("dress", "blue", "striped", 2),
        ("dress", "blue", "plain", 1),
        ("dress", None, None, 1),
        ("shirt", "red", "striped", 0),
        (None, "red", None, 0),
    ],
)
def test_grades_of_two_facets(garment, colour, pattern, expected):
    assert grade(RED_STRIPED_DRESS, attributes(garment=garment, colour=colour, pattern=pattern)) == expected


@pytest.mark.parametrize(("petals", "expected"), [(5, 3), (6, 1), (None, 1)])
def test_without_the_only_facet_the_type_alone_is_left(petals, expected):
    question = Question("flower with five petals", Facet("family", "flower"), (Facet("petals", 5),))
    assert grade(question, attributes(family="flower", petals=petals)) == expected


@pytest.mark.parametrize(
    ("colour", "glass", "garnish", "expected"),
    [
        ("green", "highball", ("lime", "mint"), 3),
        ("green", "highball", ("lime",), 2),
        ("green", "coupe", ("lime",), 1),
        ("red", "coupe", (), 1),
    ],
)
def test_grades_of_three_facets_with_a_set(colour, glass, garnish, expected):
    facets = (Facet("colour", "green"), Facet("glass", "highball"), Facet("garnish", "mint"))
    question = Question("green cocktail with mint in a tall glass", Facet("family", "cocktail"), facets)
    found = attributes(family="cocktail", colour=colour, glass=glass, garnish=garnish)
    assert grade(question, found) == expected


@pytest.mark.parametrize(("portrait", "expected"), [("laureate head", 3), (None, 2)])
def test_a_facet_without_a_value_asks_for_any(portrait, expected):
    question = Question(
        "silver coin with a portrait",
        Facet("family", "coin"),
        (Facet("metal", "silver"), Facet("portrait", None)),
    )
    assert grade(question, attributes(family="coin", metal="silver", portrait=portrait)) == expected


def test_qrels_list_what_is_relevant_by_number():
    lines = qrels_lines(Query("q007", RED_STRIPED_DRESS), np.array([0, 0, 3, 0, 0, 0, 0, 1], np.uint8))
    assert lines == ["q007 0 garment-0001 3", "q007 0 garment-0002 1"]


def _has(found, value):
    if value is None or found is None:
        return found is not None
    return value in found if isinstance(found, list) else value == found


def test_a_tiny_gallery_is_judged_as_a_naive_reader_would(tmp_path):
    generate_gallery(tmp_path, 15, seed=3, workers=1)
    items = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    expected = set()
    for line in (tmp_path / "queries.jsonl").read_text().splitlines():
        query = json.loads(line)
        ((kind, wanted),) = query["anchor"].items()
        asked = [pair for facet in query["facets"] for pair in facet.items()]
        for item in items:
            if item[kind] != wanted:
                continue
            met = sum(_has(item[name], value) for name, value in asked)
            level = 3 if met == len(asked) else 2 if 0 < met == len(asked) - 1 else 1
            expected.add(f"{query['id']} 0 {item['id']} {level}")
    assert set((tmp_path / "qrels.txt").read_text().splitlines()) == expected


def test_six_hundred_items_get_a_hundred_different_queries_with_an_answer_each():
    queries = make_queries(2026, 600)
    assert [q.id for q in queries] == [f"q{n:03d}" for n in range(1, 101)]
    assert len({q.question.text for q in queries}) == 100
    assert all(q.question.facets for q in queries)
    best = [0] * 100
    for number in range(600):
        grades = judged(queries, make_record(2026, number).attributes)
        best = [max(a, int(b)) for a, b in zip(best, grades, strict=True)]
    assert best == [3] * 100


def test_queries_ask_for_every_family_in_turn():
    anchors = [q.question.anchor for q in make_queries(1, 100, count=25)]
    kinds = [a.value if a.attribute == "family" else a.attribute for a in anchors]
    assert {k: kinds.count(k) for k in set(kinds)} == dict.fromkeys(
        ("cocktail", "flower", "garment", "coin", "product"), 5
    )


def test_queries_are_the_same_every_time():
    assert make_queries(9, 50) == make_queries(9, 50)
    assert make_queries(9, 50) != make_queries(8, 50)


@pytest.mark.parametrize("number", range(60))
def test_a_question_fits_the_item_that_it_was_made_for(number):
    record = make_record(5, number)
    question = ASKERS[record.family.name](record.facts, np.random.default_rng(number))
    assert grade(question, record.attributes) == 3
    assert {f.attribute for f in question.facets} <= set(SCHEMA)
    assert "  " not in question.text and question.text.strip() == question.text


def test_every_family_has_an_asker():
    assert set(ASKERS) == {family.name for family in FAMILIES}
