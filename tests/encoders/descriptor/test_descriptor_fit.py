import numpy as np
import pytest

from pinakes.encoders.descriptor import fit as module
from pinakes.encoders.descriptor.features import LENGTH
from pinakes.encoders.descriptor.fit import DEFAULT_FIT, fit_projection


def features(count):
    """Pictures around eight kinds."""
    random = np.random.default_rng(7)
    kinds = random.integers(0, 256, (8, LENGTH))
    rows = kinds[random.integers(0, 8, count)] + random.normal(0, 30, (count, LENGTH))
    return np.clip(rows, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_a_few_pictures_fit_the_same_without_the_covariance(monkeypatch, count):
    rows, asked = features(count), features(60)[50:]
    quick = fit_projection(rows, DEFAULT_FIT)
    monkeypatch.setattr(module, "FEW", -1)
    written_out = fit_projection(rows, DEFAULT_FIT)
    # Weights are rounded to 2**-22 of the largest: one may fall to the other side.
    assert np.abs(quick.matrix - written_out.matrix).max() <= 2 * 2.0**-22 * np.abs(written_out.matrix).max()
    np.testing.assert_allclose(quick.apply(asked), written_out.apply(asked), atol=1e-6)


def test_the_order_of_pictures_does_not_count():
    rows = features(40)
    assert (
        fit_projection(rows[::-1], DEFAULT_FIT).fingerprint == fit_projection(rows, DEFAULT_FIT).fingerprint
    )
