from dataclasses import replace

import numpy as np
import pytest

from pinakes.errors import IntegrityError
from pinakes.indexes.int8 import Codes, Int8Family, Int8Index
from pinakes.kernels.similarity import unit_rows


def test_the_error_bounds_every_product():
    """Of queries with rows as the codes stand for them, against the true products."""
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((500, 24))).astype(np.float16)
    codes = Int8Family().build(vectors)._codes
    centre, step = codes.grid.astype(np.float64)
    whole = codes.codes.astype(np.float64) - 128
    coded = (centre + step * whole) @ codes.rotation.astype(np.float64)
    queries = unit_rows(np.concatenate([rng.standard_normal((50, 24)), coded - vectors]))
    missed = np.abs(queries.astype(np.float64) @ (coded - vectors.astype(np.float64)).T).max()
    assert missed <= codes.error < 1.01 * missed + 2e-4
    assert codes.length == pytest.approx(np.linalg.norm(whole, axis=1).max(), rel=2e-5)
    assert np.abs(whole).max() == 127


def test_one_row_and_equal_rows_have_no_error():
    for vectors in (np.eye(1, 8, dtype=np.float16), np.repeat(np.eye(1, 8, dtype=np.float16), 5, axis=0)):
        codes = Int8Family().build(vectors)._codes
        assert (codes.codes == 128).all()
        assert codes.error < 1e-5


def test_a_bound_that_is_too_small_would_lose_rows():
    """What the bound is for: codes that say nothing, with their true error, still give the exact answer."""
    rng = np.random.default_rng(2)
    vectors = unit_rows(rng.standard_normal((2000, 16))).astype(np.float16)
    blind = np.full(vectors.shape, 128, dtype=np.uint8)
    nothing = Codes(blind, np.eye(16, dtype=np.float32), np.zeros((2, 16), np.float32), 1.001, 0.0)
    query = unit_rows(rng.standard_normal((1, 16)))
    best = int(np.argmax(vectors.astype(np.float32) @ query[0]))
    honest, wrong = Int8Index(vectors, nothing), Int8Index(vectors, replace(nothing, error=0.0))
    assert best in honest.propose(query, 1)[0].rows
    assert best not in wrong.propose(query, 1)[0].rows


@pytest.mark.parametrize("damage", ["codes.npy", "rotation.npy", "grid.npy", "bounds.npy"])
def test_damaged_files_are_refused(tmp_path, damage):
    vectors = unit_rows(np.random.default_rng(0).standard_normal((50, 8))).astype(np.float16)
    Int8Family().build(vectors).save(tmp_path)
    (tmp_path / damage).write_bytes(b"nothing")
    with pytest.raises(IntegrityError, match=damage):
        Int8Family().open(tmp_path, vectors)


def test_files_of_other_vectors_are_refused(tmp_path):
    vectors = unit_rows(np.random.default_rng(0).standard_normal((50, 8))).astype(np.float16)
    Int8Family().build(vectors).save(tmp_path)
    with pytest.raises(IntegrityError, match=r"shape \(50, 8\), not uint8 of shape \(49, 8\)"):
        Int8Family().open(tmp_path, vectors[:49])
    np.save(tmp_path / "bounds.npy", np.array([np.nan, 1.0]))
    with pytest.raises(IntegrityError, match="bounds nan and 1"):
        Int8Family().open(tmp_path, vectors)
