"""Rotations before coding, on numbers that can be told by hand."""

import numpy as np
import pytest

from pinakes.indexes import product, rotation
from pinakes.indexes.product import ProductFamily
from pinakes.indexes.rotation import banded_rotation, random_rotation
from pinakes.kernels.similarity import unit_rows


def test_random_rotation_is_orthogonal_and_always_the_same():
    turn = random_rotation(24)
    np.testing.assert_allclose(turn @ turn.T, np.eye(24), atol=1e-6)
    assert np.array_equal(turn, random_rotation(24)) and turn.dtype == np.float32


@pytest.mark.parametrize(("dim", "piece", "padded"), [(16, 4, 16), (10, 4, 12), (3, 8, 8), (1, 2, 2)])
@pytest.mark.parametrize("rows", [0, 1, 5, 400])
def test_products_are_those_of_the_rotated_vectors(dim, piece, padded, rows):
    rng = np.random.default_rng(2)
    sample = rng.standard_normal((rows, dim)).astype(np.float32)
    turn = banded_rotation(sample, piece)
    assert turn.shape == (padded, dim) and turn.dtype == np.float32
    one, other = rng.standard_normal((2, dim)).astype(np.float32)
    assert (turn @ one) @ (turn @ other) == pytest.approx(one @ other, abs=1e-5)


@pytest.mark.parametrize("block", [700, 16_384])
def test_a_piece_has_one_dimension_of_each_band_of_variance(monkeypatch, block):
    """Of eight dimensions four vary by 10 and four by 0.1: each pair gets one of either kind."""
    monkeypatch.setattr(rotation, "BLOCK", block)
    rng = np.random.default_rng(3)
    widths = np.array([0.1, 10, 10, 0.1, 0.1, 10, 0.1, 10])
    sample = (rng.standard_normal((4000, 8)) * widths + 50).astype(np.float32)
    deviations = (sample @ banded_rotation(sample, 2).T).std(axis=0).reshape(4, 2)
    np.testing.assert_allclose(deviations, [[10, 0.1]] * 4, rtol=0.1)


def test_no_dimension_of_a_band_stands_out():
    """One dimension varies a hundred times as much as fifteen others of its band: all share in it."""
    rng = np.random.default_rng(4)
    widths = np.array([100] + 15 * [1] + 16 * [0.01])
    sample = (rng.standard_normal((4000, 32)) * widths).astype(np.float32)
    deviations = (sample @ banded_rotation(sample, 2).T).std(axis=0)[::2]
    assert deviations.max() < 70 and deviations.min() > 0.5


def test_principal_directions_have_one_sign():
    """Of vectors in another order, or turned round, come the same directions."""
    rng = np.random.default_rng(5)
    sample = (rng.standard_normal((500, 12)) * np.linspace(3, 1, 12)).astype(np.float32)
    turn = banded_rotation(sample, 3)
    np.testing.assert_allclose(banded_rotation(-sample, 3), turn, atol=1e-4)
    np.testing.assert_allclose(banded_rotation(sample[::-1].copy(), 3), turn, atol=1e-4)


def test_codes_of_banded_vectors_are_nearer_to_the_truth(monkeypatch):
    """Of vectors whose variance falls off, as those of encoders: rough scores are half as far off."""
    rng = np.random.default_rng(6)
    vectors = unit_rows(rng.standard_normal((4000, 64)) * np.geomspace(1, 0.02, 64)).astype(np.float16)
    queries = unit_rows(rng.standard_normal((20, 64)) * np.geomspace(1, 0.02, 64))

    def off():
        index = ProductFamily("4").build(vectors)
        scores, rows = index._index.search(queries @ index._rotation.T, 100)
        true = np.einsum("qrd,qd->qr", vectors[rows].astype(np.float64), queries)
        return np.sqrt(np.mean(np.square(true - scores)))

    banded = off()
    monkeypatch.setattr(product, "banded_rotation", lambda sample, piece: random_rotation(sample.shape[1]))
    assert banded < 0.5 * off()
