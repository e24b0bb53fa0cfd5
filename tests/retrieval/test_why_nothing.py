"""Where a query with a filter finds nothing, the answer says what stands in the way."""

import pytest

import pinakes
from pinakes.filters import parse_filter
from pinakes.retrieval.why_nothing import LeftOut, UnknownValue, WhyNothing, why_nothing

SHOP = """id,title,colour,price
a,red lamp,red,5
b,green lamp,green,9
c,green chair,green,20
d,blue chair,blue,30
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("missed") / "shop"
    folder.mkdir()
    (folder / "shop.csv").write_text(SHOP, "utf-8")
    pinakes.index(folder)
    with pinakes.open(folder) as engine:
        yield engine


@pytest.mark.parametrize(
    ("query", "passing", "without"),
    [
        ({"where": "colour = 'red' and price > 10"}, 0, [("colour = 'red'", 2), ("price > 10", 1)]),
        ({"text": "lamp", "where": "price > 10"}, 2, [("price > 10", 2)]),
        ({"text": "lamp", "where": "price > 6 and colour = 'red'"}, 0, [
            ("price > 6", 1),
            ("colour = 'red'", 1),
        ]),
        ({"text": '"green lamp"', "where": "price > 10"}, 2, [("price > 10", 1)]),
        ({"text": "sofa", "where": "price > 10"}, 2, []),
        ({"text": "b", "where": "price > 10"}, 2, [("price > 10", 1)]),
        ({"where": "price > 10 and (colour = 'red' or price < 3)"}, 0, [
            ("colour = 'red' or price < 3", 2),
            ("price > 10", 1),
        ]),
    ],
)  # fmt: skip
def test_the_parts_that_could_be_left_out_are_named_with_what_is_then_found(engine, query, passing, without):
    why = engine.search(**query).why_nothing
    assert (why.passing, [(part.where, part.count) for part in why.without]) == (passing, without)
    for part in why.without:
        others = [p for p in str(query["where"]).split(" and ") if part.where not in p.strip("()")]
        rest = {**query, "where": " and ".join(others) or None}
        assert len(engine.search(**rest)) == part.count


def test_under_a_picture_everything_that_passes_is_found(pristine):
    with pinakes.open(pristine) as engine:
        found = engine.search(like="coin-0001", where="family = 'coin' and id = 'mug-1'").why_nothing
        coins = engine.count("family = 'coin'")
        assert found.without == (LeftOut("id = 'mug-1'", coins - 1),)


def test_values_that_no_item_has_are_named_with_the_nearest(engine):
    why = engine.search(where="colour = 'gren' and price > 1").why_nothing
    assert why.unknown_values == (UnknownValue("colour", "gren", "green"),)
    assert list(why) == [
        "no item has colour 'gren'; did you mean 'green'?",
        "without colour = 'gren': 4",
    ]
    assert engine.search(where="colour in ('xyz', 'red') and price > 8").why_nothing.unknown_values == (
        UnknownValue("colour", "xyz", None),
    )


def test_an_answer_with_hits_or_without_a_filter_has_nothing_to_explain(engine):
    assert engine.search("lamp", where="price < 10").why_nothing is None
    assert engine.search("sofa").why_nothing is None
    assert engine.search(where="price < 10", offset=5).why_nothing is None


def test_it_travels_as_plain_values():
    why = why_nothing(parse_filter("a = 1"), 2, lambda node: 7 if node is None else 0, lambda field: None)
    assert why == WhyNothing(2, (LeftOut("a = 1", 7),), ())
    assert WhyNothing.from_dict(why.to_dict()) == why
    assert next(iter(why)) == "the filter lets 2 through, but the query finds none of them"
