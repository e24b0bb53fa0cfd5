import numpy as np
import pytest

from pinakes.errors import IntegrityError, SettingsError, UnknownNameError
from pinakes.indexes import allowed, lists
from pinakes.indexes.families import index_family
from pinakes.kernels.beside import Beside
from pinakes.kernels.similarity import unit_rows
from pinakes.testing.index import check_index


@pytest.mark.parametrize(("name", "recall"), [("pq", 1.0), ("pq:8", 0.99), ("pq:3", 1.0)])
def test_product_quantisation_keeps_the_contract(name, recall):
    assert check_index(index_family(name), recall=recall).name == {"pq": "pq:4"}.get(name, name)


@pytest.mark.parametrize(("name", "recall"), [("ivf", 0.95), ("ivf:3", 0.95)])
def test_inverted_lists_keep_the_contract(name, recall):
    assert check_index(index_family(name), recall=recall).name == {"ivf": "ivf:2"}.get(name, name)


@pytest.mark.parametrize("share", [None, 0.7])
def test_codes_that_are_compared_with_several_queries_at_once_give_each_its_own(share):
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((6000, 32))).astype(np.float16)
    queries = unit_rows(rng.standard_normal((11, 32)))
    queries[4] = 0.0
    mask = None if share is None else rng.random(6000) < share
    index = index_family("pq").build(vectors)
    for query, together in zip(queries, index.propose(queries, 5, mask), strict=True):
        (alone,) = index.propose(query[None], 5, mask)
        assert (together.rows.tolist(), together.scanned) == (alone.rows.tolist(), alone.scanned)
        assert len(together.rows) >= 5


def test_lists_look_where_a_mask_allows_something():
    """A mask of what is farthest from the query: the nearest lists hold none of it, and are stepped over."""
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((100, 32))
    vectors = unit_rows(centres[rng.integers(0, 100, 20_000)] + 0.3 * rng.standard_normal((20_000, 32)))
    index = index_family("ivf").build(vectors.astype(np.float16)).at(25)
    found, scanned = [], []
    for query in unit_rows(centres[:20]):
        cosines = (vectors @ query).astype(np.float64)
        far = cosines < np.quantile(cosines, 0.2)
        (proposal,) = index.propose(query[None], 10, far)
        best = np.argsort(np.where(far, -cosines, np.inf))[:10]
        assert far[proposal.rows].all()
        found.append(len(np.intersect1d(proposal.rows, best)))
        scanned.append(proposal.scanned)
    assert found[0] >= 9 and sum(found) >= 0.85 * 200
    assert scanned[0] < 0.4 * len(vectors) and np.mean(scanned) < 0.4 * len(vectors)


@pytest.mark.parametrize(("share", "less"), [("chance", 0.95), ("far", 0.97), ("near", 1.0)])
def test_lists_with_few_allowed_rows_are_looked_at_less_deep(monkeypatch, share, less):
    """Unless the mask is of what is near: then the few of a list are its nearest."""
    rng = np.random.default_rng(8)
    vectors = unit_rows(rng.standard_normal((20_000, 32)) * np.linspace(2, 0.2, 32))
    index = index_family("ivf").build(vectors.astype(np.float16)).at(30)
    proposals, deeper = [], []
    for query in unit_rows(rng.standard_normal((20, 32)) * np.linspace(2, 0.2, 32)):
        cosines = (vectors @ query).astype(np.float64)
        aside = vectors @ (query + 0.7 * vectors[0])
        along = {"chance": rng.random(20_000), "far": aside, "near": -aside}[share]
        mask = along < np.quantile(along, 0.2)
        best = np.argsort(np.where(mask, -cosines, np.inf))[:10]
        for found in (proposals, deeper):
            with monkeypatch.context() as patch:
                if found is deeper:
                    patch.setattr(lists, "NEARER", -np.inf)
                (one,) = index.propose(query[None], 10, mask)
            found.append((one.scanned, np.isin(best, one.rows).sum()))
    (scanned, hits), (scanned_deeper, hits_deeper) = np.sum(proposals, axis=0), np.sum(deeper, axis=0)
    assert min(hits, hits_deeper) >= 0.95 * 200
    assert scanned <= less * scanned_deeper
    assert less < 1 or proposals == deeper


def test_lists_are_looked_at_as_deep_as_the_best_that_were_found_ask_for():
    """Ten rows beside each query are far above all others, so that the nearest lists are enough for them."""
    rng = np.random.default_rng(6)
    vectors = unit_rows(rng.standard_normal((20_000, 32)))
    queries = unit_rows(rng.standard_normal((8, 32)))
    beside = rng.choice(20_000, (8, 10), replace=False)
    for query, rows in zip(queries, beside, strict=True):
        vectors[rows] = unit_rows(query + 0.05 * rng.standard_normal((10, 32)))
    index = index_family("ivf").build(vectors.astype(np.float16)).at(40)
    few, many = index.propose(queries, 10), index.propose(queries, 11)
    for rows, *found in zip(beside, few, many, strict=True):
        assert all(np.isin(rows, one.rows).all() for one in found)
    scanned = sum(one.scanned for one in few)
    assert scanned < 0.15 * 8 * len(vectors)
    assert sum(one.scanned for one in many) > 3 * scanned


def test_lists_that_hold_too_few_allowed_rows_are_not_the_end():
    rng = np.random.default_rng(4)
    vectors = unit_rows(rng.standard_normal((20_000, 32))).astype(np.float16)
    index = index_family("ivf").build(vectors).at(10)
    query = unit_rows(rng.standard_normal((1, 32)))
    for k in (10, 200):
        (proposal,) = index.propose(query, k, rng.random(20_000) < 0.1)
        assert len(proposal.rows) >= k


@pytest.mark.parametrize("share", [None, 0.3, 0.8])
def test_threads_that_share_the_lists_find_what_one_finds(tmp_path, monkeypatch, share):
    rng = np.random.default_rng(5)
    vectors = unit_rows(rng.standard_normal((20_000, 32))).astype(np.float16)
    queries = unit_rows(rng.standard_normal((5, 32)))
    mask = None if share is None else rng.random(20_000) < share
    family = index_family("ivf")
    built = family.build(vectors)
    built.save(tmp_path)
    whole = built.at(50).propose(queries, 10, mask)
    monkeypatch.setattr(lists, "SPLIT", 4000)
    monkeypatch.setattr(allowed, "COUNTED", 10_000)
    found, looks = [], []
    for cores in (1, 2):
        helped = Beside(cores)
        done = helped.both
        monkeypatch.setattr(helped, "both", lambda *halves, done=done: looks.append(1) or done(*halves))
        monkeypatch.setattr(lists, "Beside", lambda helped=helped: helped)
        found.append(family.open(tmp_path, vectors).at(50).propose(queries, 10, mask))
    assert len(looks) >= 2 * len(queries)
    for one, alone, shared in zip(whole, *found, strict=True):
        assert alone.rows.tolist() == shared.rows.tolist() and alone.scanned == shared.scanned
        assert one.rows.tolist() == shared.rows.tolist() and one.scanned == shared.scanned


@pytest.mark.slow
def test_graphs_keep_the_contract():
    """Duplicates and zeros in the data cut a graph; the recall is what such data leaves."""
    check_index(index_family("hnsw"), recall=0.5, rows=3000)


def test_looking_harder_finds_no_less():
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((20_000, 32))).astype(np.float16)
    queries = unit_rows(rng.standard_normal((10, 32)))
    exact = index_family("exact").build(vectors).propose(queries, 10)
    for name in ("pq:8", "ivf"):
        index = index_family(name).build(vectors)
        found = []
        for effort in index.efforts:
            proposed = index.at(effort).propose(queries, 10)
            found.append(
                sum(len(np.intersect1d(a.rows, b.rows)) for a, b in zip(proposed, exact, strict=True))
            )
        assert found == sorted(found)
        assert found[-1] >= 0.9 * sum(len(p.rows) for p in exact)


@pytest.mark.parametrize("name", ["pq", "ivf", "hnsw"])
def test_damaged_files_are_refused(tmp_path, name):
    vectors = unit_rows(np.random.default_rng(0).standard_normal((1500, 8))).astype(np.float16)
    family = index_family(name)
    family.build(vectors).save(tmp_path)
    with pytest.raises(IntegrityError, match=r"1,?500.* rows|of shape \(1500,\)"):
        family.open(tmp_path, vectors[:1400])
    file = tmp_path / {"ivf": "lists.bin"}.get(name, "index.faiss")
    file.write_bytes(b"nothing")
    with pytest.raises(IntegrityError, match=file.name):
        family.open(tmp_path, vectors)


def test_names_that_mean_nothing():
    with pytest.raises(SettingsError, match="a number from 1 to 64"):
        index_family("pq:many")
    with pytest.raises(SettingsError, match="takes nothing after its name"):
        index_family("exact:2")
    with pytest.raises(UnknownNameError, match="did you mean 'hnsw'"):
        index_family("hsnw")


def test_rows_are_put_into_lists_by_groups_of_centres(monkeypatch):
    """As with more than a million rows: a few rows lie in another list, the answers stay."""
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((80, 32))
    vectors = unit_rows(centres[rng.integers(0, 80, 8000)] + 0.5 * rng.standard_normal((8000, 32)))
    queries = unit_rows(centres[:20] + 0.5 * rng.standard_normal((20, 32)))
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    monkeypatch.setattr(lists, "GROUPED", 1)
    proposed = index_family("ivf").build(vectors.astype(np.float16)).at(40).propose(queries, 10)
    found = [len(np.intersect1d(p.rows, rows)) for p, rows in zip(proposed, exact, strict=True)]
    assert np.mean(found) >= 9.5
