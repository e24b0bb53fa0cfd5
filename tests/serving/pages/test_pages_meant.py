from types import SimpleNamespace

import pytest

from pinakes.indexes.bm25 import Correction
from pinakes.serving.pages.asked import Asked, Filter
from pinakes.serving.pages.meant import Meant, meant


def answer(words, *corrections):
    return SimpleNamespace(did_you_mean=words, corrections=corrections)


def test_the_search_keeps_its_filters_and_starts_over():
    asked = Asked(q="Sweatr blue", filters=(Filter("family", ("garment",)),), n=72)
    assert meant(asked, answer("sweater blue", Correction("sweatr", "sweater", applied=True))) == Meant(
        words="sweater blue",
        url="/?q=sweater+blue&f.family=garment",
        applied=True,
        literal_url="/?q=%22Sweatr%22+blue&f.family=garment",
    )


def test_what_is_only_suggested_is_not_applied():
    found = meant(Asked(q="mind"), answer("mint", Correction("mind", "mint", applied=False)))
    assert not found.applied


@pytest.mark.parametrize("q", ["but blu", "blu"])
def test_a_leading_but_is_no_part_of_it(q):
    found = meant(Asked(q=q, like="x"), answer("blue", Correction("blu", "blue", applied=True)))
    assert (found.url, found.literal_url) == ("/?q=blue&like=x", "/?q=%22blu%22&like=x")


def test_nothing_to_suggest():
    assert meant(Asked(q="mint"), answer(None)) is None
