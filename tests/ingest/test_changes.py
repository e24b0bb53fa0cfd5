import pytest

from pinakes.ingest.changes import Changes, choose_kind, find_changes


def test_changes_by_content_hash():
    found = find_changes({"a": "1", "b": "2", "d": "4"}, {"a": "1", "b": "9", "c": "3"})
    assert found == Changes(changed=("b", "d"), removed=("c",))
    assert not find_changes({"a": "1"}, {"a": "1"})


@pytest.mark.parametrize(
    ("changed", "base_items", "deltas", "delta_rows", "same_recipe", "kind"),
    [
        (3, None, 0, 0, True, "base"),  # nothing was released yet
        (0, 100, 0, 0, True, "nothing"),
        (10, 100, 0, 0, True, "delta"),  # exactly a tenth
        (11, 100, 0, 0, True, "base"),
        (6, 100, 1, 5, True, "base"),  # with what the deltas hold already
        (1, 100, 4, 4, True, "base"),  # a fifth delta
        (1, 3, 0, 0, True, "delta"),  # one change is a delta even in a tiny collection
        (0, 100, 0, 0, False, "base"),  # another schema, though no item changed
    ],
)
def test_kind_of_snapshot(changed, base_items, deltas, delta_rows, same_recipe, kind):
    changes = Changes(tuple(f"i{n}" for n in range(changed)), ())
    assert choose_kind(changes, base_items, deltas, delta_rows, same_recipe=same_recipe) == kind
