import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_snapshots import new_collection

from pinakes.errors import IntegrityError
from pinakes.snapshots.blocks import BlockList, block, read_blocks, unblock
from pinakes.snapshots.layout import CollectionPaths


def test_nothing_is_blocked_at_first(paths: CollectionPaths) -> None:
    assert read_blocks(paths) == BlockList()
    assert not paths.machinery.exists()


def test_block_and_unblock(paths: CollectionPaths) -> None:
    block(paths, ["é", "a"], "takedown")
    block(paths, ["a", "b"], "again")
    after = unblock(paths, ["é", "never"], "settled")
    assert after == read_blocks(paths)
    assert [(b.id, b.reason) for b in after.blocks] == [("a", "takedown"), ("b", "again")]
    assert after.ids == {"a", "b"}
    assert [(e.action, e.id, e.reason) for e in after.history] == [
        ("block", "é", "takedown"),
        ("block", "a", "takedown"),
        ("block", "b", "again"),
        ("unblock", "é", "settled"),
    ]
    assert [b.at for b in after.blocks] == [after.history[1].at, after.history[2].at]


def test_blocked_again_goes_to_the_end(paths: CollectionPaths) -> None:
    block(paths, ["a", "b"], "one")
    unblock(paths, ["a"], "two")
    assert [b.id for b in block(paths, ["a"], "three").blocks] == ["b", "a"]


def test_nothing_to_do_writes_nothing(paths: CollectionPaths) -> None:
    assert unblock(paths, ["a"], "never was") == BlockList()
    assert not paths.blocks.exists()


def test_many_at_once_lose_none(paths: CollectionPaths) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: block(paths, [f"i{n}"], "takedown"), range(24)))
    assert read_blocks(paths).ids == {f"i{n}" for n in range(24)}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("", "is not a block list"),
        ("[]", "is not a block list"),
        ('{"blocks": []}', "is not a block list"),
        ('{"blocks": [{"id": "a"}], "history": []}', "is not a block list"),
        ('{"blocks": [{"id": "a", "reason": "", "at": ""}], "history": []}', "edited by hand"),
    ],
)
def test_damaged_list(paths: CollectionPaths, data: str, problem: str) -> None:
    paths.machinery.mkdir()
    paths.blocks.write_text(data)
    for use in (read_blocks, lambda p: block(p, ["x"], "")):
        with pytest.raises(IntegrityError, match=problem):
            use(paths)
    assert paths.blocks.read_text() == data


def test_an_entry_removed_by_hand_is_noticed(paths: CollectionPaths) -> None:
    block(paths, ["a", "b"], "takedown")
    content = json.loads(paths.blocks.read_bytes())
    del content["blocks"][0]
    paths.blocks.write_text(json.dumps(content))
    with pytest.raises(IntegrityError, match="list and history disagree"):
        read_blocks(paths)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=5))
def test_the_list_is_what_was_blocked_and_not_unblocked(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[bool, str]]
) -> None:
    paths = new_collection(tmp_path_factory.mktemp("blocks"))
    blocked: list[str] = []
    for blocks, item in events:
        (block if blocks else unblock)(paths, [item], "")
        if blocks and item not in blocked:
            blocked.append(item)
        elif not blocks and item in blocked:
            blocked.remove(item)
    assert [b.id for b in read_blocks(paths).blocks] == blocked
