import numpy as np
import pytest

from pinakes.encoders.bridge.ridge import solve_ridge


def test_one_column_by_hand():
    # w = sum(xy) / (sum(x^2) + penalty) = (1*2 + 2*4) / (5 + 5)
    rows, targets = np.array([[1], [2]], np.float32), np.array([[2], [4]], np.float32)
    assert solve_ridge(rows, targets, [5.0])[0].tolist() == [[1.0]]


@pytest.mark.parametrize("shape", [(30, 8), (8, 30), (12, 12)], ids=["primal", "dual", "square"])
def test_the_gradient_is_zero_at_the_solution(shape):
    random = np.random.default_rng(0)
    rows = random.standard_normal(shape).astype(np.float32)
    targets = random.standard_normal((shape[0], 3)).astype(np.float32)
    for penalty, weights in zip((0.5, 4.0), solve_ridge(rows, targets, (0.5, 4.0)), strict=True):
        gradient = rows.T @ (rows @ weights - targets) + penalty * weights
        assert np.abs(gradient).max() < 1e-4
