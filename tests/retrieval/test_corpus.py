import numpy as np

from pinakes.indexes.exact import ExactIndex
from pinakes.ingest.tables import snapshot_tables
from pinakes.retrieval import corpus
from pinakes.retrieval.corpus import Corpus, SpacePart, join_small
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
    release = corpus_of(segment({"a": "x", "b": "y"}), segment({"b": "z"}, removed=["a"]))
    assert dict(release.row_of) == {"b": 2}
    assert len(release.row_of) == 1
    assert "a" not in release.row_of


def test_rows_are_found_by_ids_of_any_letters_and_by_nothing_else():
    ids = ["", "Z", "a", "ab", "é", "\uffff", "\U0001f600"]
    release = corpus_of(segment(dict.fromkeys(ids, "")))
    assert dict(release.row_of) == {name: row for row, name in enumerate(ids)}
    assert [release.row_of.get(name) for name in ("A", "aa", "zz", "\U0001f601", 2, None)] == [None] * 6


def test_an_item_that_was_taken_away_and_came_back_has_its_newest_row():
    release = corpus_of(segment({"a": "x"}), segment({}, removed=["a"]), segment({"a": "y"}))
    assert dict(release.row_of) == {"a": 1}


def test_first_view_tells_where_the_views_of_an_item_lie():
    release = corpus_of(segment({"a": "x", "b": "", "c": "xyz"}))
    assert release.first_view.tolist() == [0, 1, 1, 4]


def test_families_are_the_same_pictures_in_any_order():
    assert corpus_of(segment({"a": "xy", "b": "yx", "c": "x", "d": ""})).family.tolist() == [0, 0, 2, 3]


def test_without_pictures_every_item_is_its_own_family():
    assert corpus_of(segment({"a": "", "b": ""}), segment({"c": ""})).family.tolist() == [0, 1, 2]


def test_a_dead_row_founds_no_family():
    release = corpus_of(segment({"a": "x", "b": "x"}), segment({}, removed=["a"]))
    assert np.flatnonzero(release.alive).tolist() == [1]
    assert release.family[1] == 1


def part(index, start, rows):
    vectors = index_vectors(rows)
    items = np.arange(start, start + rows)
    return SpacePart(index(vectors), vectors, items, np.full(rows, -1), run=slice(start, start + rows))


def index_vectors(rows):
    return np.eye(rows, 8, dtype=np.float32)


def test_small_deltas_are_searched_as_one(monkeypatch):
    monkeypatch.setattr(corpus, "SMALL", 5)
    base, old, new, newest = (part(ExactIndex, *p) for p in ((0, 9), (9, 4), (13, 3), (16, 2)))
    *kept, joined = join_small([base, old, new, newest])
    assert kept == [base, old]
    assert joined.item_rows.tolist() == [13, 14, 15, 16, 17]
    assert joined.run == slice(13, 18)
    assert joined.vectors.tolist() == [*index_vectors(3).tolist(), *index_vectors(2).tolist()]
    assert joined.view_rows.tolist() == [-1] * 5


def test_nothing_is_joined_that_is_alone_or_has_an_index_of_its_own():
    base, new, newest = (part(ExactIndex, *p) for p in ((0, 3), (3, 2), (5, 2)))
    assert join_small([base]) == (base,)
    assert join_small([base, new]) == (base, new)
    indexed = part(Other, 3, 2)
    assert join_small([base, indexed, newest]) == (base, indexed, newest)


class Other:
    """An index of another kind."""

    def __init__(self, vectors):
        self.vectors = vectors
