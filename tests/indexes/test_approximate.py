import numpy as np
import pytest

from pinakes.errors import IntegrityError, SettingsError, UnknownNameError
from pinakes.indexes.families import index_family
from pinakes.kernels.similarity import unit_rows
from pinakes.testing.index import check_index


@pytest.mark.parametrize(("name", "recall"), [("pq", 1.0), ("pq:8", 0.99), ("pq:3", 1.0)])
def test_product_quantisation_keeps_the_contract(name, recall):
    assert check_index(index_family(name), recall=recall).name == {"pq": "pq:4"}.get(name, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ivf", "hnsw"])
def test_lists_and_graphs_keep_the_contract(name):
    """Duplicates and zeros in the data cut a graph; the recall is what such data leaves."""
    check_index(index_family(name), recall=0.5, rows=3000)


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
    with pytest.raises(IntegrityError, match="over 1500 rows, not 1400"):
        family.open(tmp_path, vectors[:1400])
    (tmp_path / "index.faiss").write_bytes(b"nothing")
    with pytest.raises(IntegrityError, match=r"index\.faiss"):
        family.open(tmp_path, vectors)


def test_names_that_mean_nothing():
    with pytest.raises(SettingsError, match="a number from 1 to 64"):
        index_family("pq:many")
    with pytest.raises(SettingsError, match="takes nothing after its name"):
        index_family("exact:2")
    with pytest.raises(UnknownNameError, match="did you mean 'hnsw'"):
        index_family("hsnw")
