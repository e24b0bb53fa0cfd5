"""Which facets are shown, and which filter to leave out: on facets made by hand."""

from pinakes.retrieval.facets import Facet
from pinakes.serving.pages.asked import MOST, Asked, Filter
from pinakes.serving.pages.choices import shown_facets
from pinakes.serving.pages.drops import Drop, droppable
from pinakes.types import AttributeType

SCHEMA = {
    "colour": AttributeType.STRING,
    "name": AttributeType.STRING,
    "only": AttributeType.STRING,
    "price": AttributeType.FLOAT,
    "boxed": AttributeType.BOOL,
}

EVERYTHING = {
    "colour": Facet("colour", SCHEMA["colour"], 90, 10, 2, (("red", 60), ("blue", 30))),
    "name": Facet("name", SCHEMA["name"], 100, 0, 100, tuple((f"n{i:03}", 1) for i in range(100))),
    "only": Facet("only", SCHEMA["only"], 100, 0, 1, (("one", 100),)),
    "price": Facet("price", SCHEMA["price"], 80, 20, 70, (), 1.5, 99.0),
    "boxed": Facet("boxed", SCHEMA["boxed"], 40, 60, 2, ((False, 30), (True, 10))),
    "license": Facet("license", AttributeType.STRING, 100, 0, 2, (("cc0", 70), ("cc-by", 30))),
}


class Counter:
    """Counts as written above, and remembers under which filters it was asked."""

    def __init__(self):
        self.asked = []

    def facets(self, where=None, fields=None):
        self.asked.append((where, tuple(fields)))
        return tuple(EVERYTHING[name] for name in fields)


def names(facets):
    return [facet.name for facet in facets]


def test_facets_that_tell_items_apart_the_most_widely_known_first():
    # `name` has one value for each item and `only` a single one; licences come last
    assert names(shown_facets(Counter(), Asked(), SCHEMA)) == ["colour", "price", "boxed", "license"]


def test_values_have_their_counts_and_words():
    colour, price, boxed, _ = shown_facets(Counter(), Asked(), SCHEMA)
    assert [(v.value, v.label, v.count) for v in colour.values] == [("red", "red", 60), ("blue", "blue", 30)]
    assert [(v.value, v.label) for v in boxed.values] == [("false", "no"), ("true", "yes")]
    assert price.range == ("1.5", "99")
    assert (colour.label, colour.swatches, boxed.swatches) == ("Colour", True, False)


def test_what_is_chosen_comes_first_stays_and_is_counted_without_itself():
    counter = Counter()
    asked = Asked(filters=(Filter("boxed", ("true",)), Filter("colour", ("green", "blue"))))
    facets = {facet.name: facet for facet in shown_facets(counter, asked, SCHEMA)}
    assert list(facets)[:2] == ["colour", "boxed"]
    assert [(v.value, v.count, v.chosen) for v in facets["colour"].values] == [
        ("blue", 30, True),
        ("green", 0, True),
        ("red", 60, False),
    ]
    # the engine counts each field without its own part of the filter
    assert counter.asked == [(asked.tree(SCHEMA), (*SCHEMA, "license"))]
    assert facets["colour"].open


def test_the_filter_whose_leaving_out_finds_most_is_named_first():
    coin, blue, dear = Filter("family", ("coin",)), Filter("colour", ("blue",)), Filter("price", low="90")
    asked = Asked("x", filters=(coin, blue, dear), n=48)
    found = {(coin, blue): 2, (coin, dear): 7, (blue, dear): 0, (): 5}
    drops = droppable(asked, lambda search: found[search.filters], 0)
    assert [(drop.label, drop.count) for drop in drops] == [("colour: blue", 7), ("price: from 90", 2)]
    assert drops[0].url == "/?q=x&f.family=coin&min.price=90"


def test_all_filters_are_named_together_where_that_finds_more():
    asked = Asked(filters=(Filter("a", ("1",)), Filter("b", ("2",))))
    drops = droppable(asked, lambda search: 0 if search.filters else MOST, 0)
    assert [(drop.label, drop.url, drop.shown) for drop in drops] == [("any filter", "/", "240 or more")]


def test_a_written_filter_can_be_left_out_too():
    asked = Asked(where="stock > 3")
    assert droppable(asked, lambda search: 9, 4) == (Drop("stock > 3", "/", 9),)


def test_each_part_of_a_written_filter_can_be_left_out():
    asked = Asked(where="stock > 3 and (size = 'S' or size = 'M') and price < 5")
    found = {"stock > 3 and price < 5": 7, "stock > 3 and (size = 'S' or size = 'M')": 2}
    drops = droppable(asked, lambda search: found.get(search.where, 0), 1)
    assert [(drop.label, drop.count) for drop in drops] == [("size = 'S' or size = 'M'", 7), ("price < 5", 2)]
    assert drops[0].url == "/?where=stock+%3E+3+and+price+%3C+5"
