import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.changes import MAX_DELTAS, Changes, choose_kind, find_changes, kept_deltas


def test_changes_by_content_hash():
    found = find_changes({"a": "1", "b": "2", "d": "4"}, {"a": "1", "b": "9", "c": "3"})
    assert found == Changes(changed=("b", "d"), removed=("c",))
    assert found.rows == 3
    assert not find_changes({"a": "1"}, {"a": "1"})


@pytest.mark.parametrize(
    ("rows", "base_items", "delta_rows", "same_recipe", "kind"),
    [
        (3, None, 0, True, "base"),  # nothing was released yet
        (0, 100, 0, True, "nothing"),
        (10, 100, 0, True, "delta"),  # exactly a tenth
        (11, 100, 0, True, "base"),
        (6, 100, 5, True, "base"),  # with what the deltas hold already
        (1, 3, 0, True, "delta"),  # one change is a delta even in a tiny collection
        (0, 100, 0, False, "base"),  # another schema, though no item changed
    ],
)
def test_kind_of_snapshot(rows, base_items, delta_rows, same_recipe, kind):
    assert choose_kind(rows, base_items, delta_rows, same_recipe=same_recipe) == kind


def test_a_writer_under_load_may_put_the_new_base_off():
    assert choose_kind(20, 100, 20, same_recipe=True, max_share=0.5) == "delta"


@pytest.mark.parametrize(
    ("deltas", "rows", "kept"),
    [
        ([], 5, 0),
        ([1, 1, 1], 1, 3),  # there is room for a fourth
        ([1, 1, 1, 1], 1, 0),
        ([3000, 100, 100, 100], 100, 1),  # three of one size make one; the large one is left alone
        ([3000, 700, 100, 100], 100, 2),
        ([3000, 400, 100, 100], 100, 1),  # 400 is not much larger than the 300 after it
        ([9000, 4000, 1700, 800], 1, 3),  # one goes, however large it is
    ],
)
def test_deltas_of_like_size_are_merged_when_there_is_no_room(deltas, rows, kept):
    assert kept_deltas(deltas, rows) == kept


@given(st.lists(st.integers(1, 500), min_size=1, max_size=300))
def test_there_are_never_more_than_four_deltas_and_rows_are_merged_few_times(freezes):
    deltas, written = [], 0
    for rows in freezes:
        kept = kept_deltas(deltas, rows)
        merged = rows + sum(deltas[kept:])
        deltas = [*deltas[:kept], merged]
        written += merged
        assert len(deltas) <= MAX_DELTAS
    assert sum(deltas) == sum(freezes)
    assert written <= 12 * sum(freezes) + 4 * 500
