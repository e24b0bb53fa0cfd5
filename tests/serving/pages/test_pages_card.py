"""Hits as cards: shares of the score, short reasons, licences as people write them."""

from datetime import date

import pytest

from pinakes.retrieval.results import Hit, PlanStep, Reason
from pinakes.serving.pages.card import item_url, make_cards, shown_price
from pinakes.serving.pages.templates import quoted, shortened, shown_value
from pinakes.types import Item, Rights, View

MEDIA = "ab" * 32


class Items:
    """Knows the size of one picture."""

    def item(self, item):
        return Item(item, views=(View("front", MEDIA, "x.jpg", 300, 400),))


def hit(**other):
    reasons = (
        Reason("words", "words: red (title, text), tall (attributes)", 3.2, 1),
        Reason("picture", "picture similarity 0.81", 0.81, 3),
    )
    values = {
        "rank": 1,
        "id": "a/b c",
        "score": 0.03,
        "confidence": None,
        "closeness": "close",
        "title": "",
        "text": "",
        "attributes": {"price": 1234.5},
        "view": "front",
        "uri": "x.jpg",
        "thumb": f".pinakes/media/ab/{MEDIA}.webp",
        "rights": Rights(license="cc-by-sa", author="Ada"),
        "reasons": reasons,
    }
    return Hit(**{**values, **other})


def card(plan=(), **other):
    return make_cards(Items(), [hit(**other)], plan)[0]


def test_each_signal_has_its_share_of_the_fused_score():
    plan = (PlanStep("words", "bm25", 9, 1.0, 1.0, 1.0), PlanStep("picture", "exact", 9, 1.0, 1.0, 0.5))
    words, picture = card(plan).contributions
    # 1 / 61 and 0.5 / 63 of their sum
    assert words.share == pytest.approx(0.016393 / 0.024330, abs=1e-4)
    assert picture.share == pytest.approx(0.007937 / 0.024330, abs=1e-4)


def test_a_card_says_it_in_short():
    made = card()
    assert made.title == "a/b c"
    assert made.url == "/items/a/b%20c"
    assert made.similar_url == "/?like=a%2Fb%20c"
    assert made.picture == f"/v1/media/{MEDIA}"
    assert made.size == (300, 400)
    assert made.reason == "words: red, tall"
    assert made.credit == "CC BY-SA · Ada"
    assert made.price == "1,234.50"
    assert made.grade == 2


def test_what_is_not_known_is_left_out():
    made = card(thumb=None, attributes={}, rights=Rights(license="all-rights-reserved"), reasons=())
    assert (made.picture, made.price, made.reason, made.contributions) == (None, "", "", ())
    assert made.credit == "all rights reserved"


def test_addresses_and_prices():
    assert item_url("a?b#c") == "/items/a%3Fb%23c"
    assert shown_price({"price": "on request"}) == ""
    assert (shown_price({"price": 4995}), shown_price({"price": 1299.5})) == ("4,995", "1,299.50")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        (1842, "1842"),
        (80.9, "80.9"),
        (1234.0, "1,234"),
        (("a", "b"), "a, b"),
        (date(2024, 4, 1), "1 April 2024"),
        (None, "unknown"),
        ("x", "x"),
    ],
)
def test_values_are_shown_as_people_read_them(value, shown):
    assert shown_value(value) == shown


def test_words_with_quotes_are_not_quoted_again():
    assert quoted("red dress") == "“red dress”"
    assert quoted('"red dress"') == '"red dress"'


def test_a_very_long_title_is_cut_between_words():
    assert shortened("red dress") == "red dress"
    assert shortened("a" * 200) == "a" * 200
    assert shortened("ab " * 70) == "ab " * 65 + "ab…"  # the 67th word might go on
    assert shortened("日" * 201) == "日" * 200 + "…"
    card = make_cards(Items(), [hit(title="ab " * 70)], ())[0]
    assert card.title == shortened("ab " * 70)
