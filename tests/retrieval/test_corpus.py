import numpy as np

from pinakes.ingest.tables import snapshot_tables
from pinakes.retrieval.corpus import Corpus
from pinakes.snapshots.segments import LivingRows, SegmentRows, join_rows, living
from pinakes.types import Item, View


def corpus_of(*segments):
    items, views, order = join_rows(segments)
    alive = living(segments)
    return Corpus(items, views, alive, order, LivingRows(segments, alive), None, {})


def segment(pictures, removed=()):
    """A segment from {id: pictures}."""
    items = (
        (Item(name, views=tuple(View("front", m, m, 1, 1) for m in media)), "h")
        for name, media in sorted(pictures.items())
    )
    tables = snapshot_tables(items, {})
    return SegmentRows(tables.items, tables.views, frozenset(removed))


def test_rows_of_living_items_only():
    corpus = corpus_of(segment({"a": "x", "b": "y"}), segment({"b": "z"}, removed=["a"]))
    assert dict(corpus.row_of) == {"b": 2}
    assert len(corpus.row_of) == 1
    assert "a" not in corpus.row_of


def test_an_item_that_was_taken_away_and_came_back_has_its_newest_row():
    corpus = corpus_of(segment({"a": "x"}), segment({}, removed=["a"]), segment({"a": "y"}))
    assert dict(corpus.row_of) == {"a": 1}


def test_first_view_tells_where_the_views_of_an_item_lie():
    corpus = corpus_of(segment({"a": "x", "b": "", "c": "xyz"}))
    assert corpus.first_view.tolist() == [0, 1, 1, 4]


def test_families_are_the_same_pictures_in_any_order():
    assert corpus_of(segment({"a": "xy", "b": "yx", "c": "x", "d": ""})).family.tolist() == [0, 0, 2, 3]


def test_a_dead_row_founds_no_family():
    corpus = corpus_of(segment({"a": "x", "b": "x"}), segment({}, removed=["a"]))
    assert np.flatnonzero(corpus.alive).tolist() == [1]
    assert corpus.family[1] == 1
