from dataclasses import replace

import numpy as np
import pytest

from pinakes.indexes import narrowed
from pinakes.indexes.families import index_family
from pinakes.indexes.narrowed import narrowing, repacked
from pinakes.kernels.similarity import unit_rows

ROWS = 20_000


def packed(rows):
    """Return blocks of rows of pieces (shape (n, pieces), each 0 to 15), one byte after the other."""
    blocks = np.zeros((-(-len(rows) // 32), rows.shape[1] // 2, 32), np.uint8)
    for place, row in enumerate(rows.tolist()):
        lane = place % 16
        byte = 2 * lane if lane < 8 else 2 * (lane - 8) + 1
        for piece, value in enumerate(row):
            blocks[place // 32, piece // 2, byte + piece % 2 * 16] |= value << (place % 32 // 16 * 4)
    return blocks


def test_a_block_by_hand():
    """Rows 0, 8 and 16, of pieces (1, 2), (3, 4) and (5, 6): the third is in the upper half of the first."""
    rows = np.zeros((32, 2), np.uint8)
    rows[[0, 8, 16]] = (1, 2), (3, 4), (5, 6)
    (block,) = packed(rows)
    assert block[0, [0, 1, 16, 17]].tolist() == [0x51, 0x03, 0x62, 0x04]
    (of_two,) = repacked(block[None], np.array([8, 16]), np.array([0, 1]), 1)
    assert of_two.shape == (1, 32)
    assert {byte: int(of_two[0, byte]) for byte in np.flatnonzero(of_two[0])} == {0: 3, 2: 5, 16: 4, 18: 6}


def test_rows_are_moved_with_all_their_pieces():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 16, (96, 6), np.uint8)
    places, to = np.array([3, 17, 40, 63, 64, 95]), np.array([31, 0, 16, 32, 33, 63])
    expected = np.zeros((64, 6), np.uint8)
    expected[to] = rows[places]
    assert repacked(packed(rows), places, to, 2).tolist() == packed(expected).tolist()


@pytest.fixture(scope="module", params=["ivf", "ivf:3"])
def built(request):
    """32 dimensions, so that ``ivf:3`` has an odd number of pieces."""
    vectors, _ = made()
    return index_family(request.param).build(vectors)


def made(share=0.2):
    """Return rows, and a mask of what lies on one side: of some lists all, of many few, of others none."""
    rng = np.random.default_rng(8)
    vectors = unit_rows(rng.standard_normal((ROWS, 32)) * np.linspace(2, 0.2, 32))
    aside = vectors @ rng.standard_normal(32)
    return vectors.astype(np.float16), aside > np.quantile(aside, 1 - share)


def asked():
    rng = np.random.default_rng(9)
    return unit_rows(rng.standard_normal((12, 32)) * np.linspace(2, 0.2, 32))


def narrow(built, mask):
    """Return the allowed rows of each list, and all that narrowing yields."""
    sizes = built._lists.sizes
    counts = np.bincount(built._lists.placed[mask], minlength=len(sizes))
    return counts, [*narrowing(built._lists.searched, sizes, counts, mask)]


@pytest.mark.parametrize("mapped", [False, True])
def test_a_filter_that_is_asked_again_and_again_finds_bitwise_the_same(tmp_path, monkeypatch, built, mapped):
    monkeypatch.setattr(narrowed, "PAYING", 1000)
    monkeypatch.setattr(narrowed, "STEP", 4000)
    vectors, mask = made()
    index = built
    if mapped:
        built.save(tmp_path)
        index = index_family(built.name).open(tmp_path, vectors)
    lists, counts = index._lists, np.bincount(built._lists.placed[mask], minlength=len(built._lists.sizes))
    before = [index.propose(query[None], 10, mask)[0] for query in asked()]
    for _ in range(12):
        index.propose(asked()[:1], 10, mask)
        lists.beside._helper.submit(int).result(30)  # the step is done
    small = lists.allowed.of(mask, int(mask.sum()))
    assert small.narrowed.pure and small.looked_at(lists.searched) == (small.narrowed.index, None)
    held = np.array([small.narrowed.index.invlists.list_size(number) for number in range(len(counts))])
    assert (held < lists.sizes).sum() > 50 and np.array_equal(held[counts > 0], counts[counts > 0])
    after = [index.propose(query[None], 10, mask)[0] for query in asked()]
    assert [(one.rows.tolist(), one.scanned) for one in after] == [
        (one.rows.tolist(), one.scanned) for one in before
    ]
    turned = lists.rotation @ asked()[0]
    near, every = lists.centres @ turned, np.flatnonzero(counts)
    scores, rows = lists.best(turned, near, every, int(mask.sum()), small)
    of_all, same = lists.best(turned, near, every, int(mask.sum()), replace(small, narrowed=None))
    assert len(rows) == mask.sum() and mask[rows].all()
    assert np.array_equal(scores, of_all) and np.array_equal(rows, same)


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_product_codes_of_a_filter_that_is_asked_again_are_kept_on_their_own(monkeypatch, share):
    monkeypatch.setattr(narrowed, "PAYING", 1000)
    vectors, mask = made(share)
    index = index_family("pq:2").build(vectors)
    before = index.propose(asked(), 10, mask)
    for _ in range(5):
        index.propose(asked()[:1], 10, mask)
        index._allowed._beside._helper.submit(int).result(30)  # the step is done
    small = index._allowed.of(mask, int(mask.sum()))
    assert small.narrowed.index.invlists.list_size(0) == mask.sum()
    for effort in index.efforts:
        one_by_one = [index.at(effort).propose(query[None], 10, mask)[0] for query in asked()]
        together = index.at(effort).propose(asked(), 10, mask)
        assert [one.rows.tolist() for one in together] == [one.rows.tolist() for one in one_by_one]
    assert [one.rows.tolist() for one in together] == [one.rows.tolist() for one in before]
    (every,) = index._look(asked()[:1], int(mask.sum()), small)
    (of_all,) = index._look(asked()[:1], int(mask.sum()), replace(small, narrowed=None))
    assert mask[every[1]].all()
    assert np.array_equal(every[0], of_all[0]) and set(every[1].tolist()) == set(of_all[1].tolist())


def test_a_step_goes_through_some_lists(monkeypatch, built):
    monkeypatch.setattr(narrowed, "PAYING", 1000)
    _, mask = made()
    for step, least, most in ((4000, 2, ROWS // 4000), (ROWS + 1, 1, 1)):
        monkeypatch.setattr(narrowed, "STEP", step)
        *steps, last = narrow(built, mask)[1]
        assert least <= len(steps) <= most and not any(steps) and last is not None


def test_no_more_is_held_than_the_lists_that_shrink_most(monkeypatch, built):
    monkeypatch.setattr(narrowed, "PAYING", 1)
    _, mask = made()
    code = int(built._lists.searched.code_size)
    monkeypatch.setattr(narrowed, "HELD", 20 * 32 * code)
    counts, (*_, last) = narrow(built, mask)
    few, sizes = last.lists[0], built._lists.sizes
    assert not last.pure
    held = [number for number in range(len(sizes)) if few.list_size(number)]
    assert sum(-(-counts[number] // 32) for number in held) == 20
    others = [number for number in np.flatnonzero(counts) if number not in held]
    assert max(counts[held] / sizes[held]) <= min(counts[others] / sizes[others])


def test_nothing_is_held_where_that_would_spare_little(built):
    _, mask = made()
    assert narrow(built, mask)[1] == []  # 16,384 of 20,000 rows would have to go, and 16,000 do
    assert narrow(built, np.ones(ROWS, bool))[1] == []
