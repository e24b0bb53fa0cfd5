from pinakes.serving.pages.choices import Choice, ShownFacet
from pinakes.serving.pages.orders import orders_of

COLOUR = ShownFacet("colour", values=(Choice("red", "red", 1, False),))
PRICE = ShownFacet("price", range=("1", "9"))
DAY = ShownFacet("date_added", range=("2020-01-01", "2021-01-01"), input="date")


def said(facets, chosen=""):
    return [(order.value, order.label, order.chosen) for order in orders_of(facets, chosen)]


def test_fields_with_a_range_are_offered_both_ways():
    assert said([COLOUR, PRICE, DAY], "-price") == [
        ("", "Best match", False),
        ("price", "Price, low to high", False),
        ("-price", "Price, high to low", True),
        ("date_added", "Date added, oldest first", False),
        ("-date_added", "Date added, newest first", False),
    ]


def test_what_nothing_ranks_has_no_best_match():
    assert [order.label for order in orders_of([PRICE], "", ranked=False)][:1] == ["By id"]


def test_without_such_fields_nothing_is_offered():
    assert said([COLOUR]) == []


def test_an_order_of_the_address_is_offered_too():
    assert said([COLOUR], "weight")[-2:] == [
        ("weight", "Weight, low to high", True),
        ("-weight", "Weight, high to low", False),
    ]
