import numpy as np

from pinakes.encoders.descriptor.windows import LEVELS, pool, triangles


def test_a_pixel_is_shared_between_the_two_nearest_windows():
    # 8 pixels, 2 windows with centres at 2 and 6: a pixel with its middle at 2.5 is 1/8 of the way.
    weights = triangles(8, 2)
    assert weights[2].tolist() == [LEVELS * 7 / 8, LEVELS * 1 / 8]
    assert (weights[2:6].sum(axis=1) == LEVELS).all()


def test_pooling_averages_over_windows_in_row_column_channel_order():
    maps = np.zeros((2, 8, 8))
    maps[0, 4:, :] = 1.0  # lower half
    maps[1, :, 4:] = 1.0  # right half
    pooled = pool(maps, 2)
    assert pooled.shape == (2, 2, 2)
    # The lower window weighs pixels 2 to 7 by 1/8, 3/8, 5/8, 7/8, 7/8, 5/8; the upper one mirrors it.
    whole = (1 + 3 + 5 + 7 + 7 + 5) / 8 / 4
    assert pooled[1, 0, 0] == (5 + 7 + 7 + 5) / 8 / 4 * whole
    assert pooled[0, 0, 0] == (3 + 1) / 8 / 4 * whole
    assert np.array_equal(pooled[:, :, 0], pooled[:, :, 1].T)


def test_sums_are_exact_in_any_order():
    random = np.random.default_rng(0)
    maps = random.integers(0, 30_000, (5, 32, 32)).astype(np.float64)
    weights = triangles(32, 4)
    exact = np.array(
        [[[int(w @ m.astype(object) @ v) for m in maps] for v in weights.T.astype(int).astype(object)]
         for w in weights.T.astype(int).astype(object)], dtype=np.float64
    ) / (LEVELS * 8) ** 2  # fmt: skip
    assert np.array_equal(pool(maps, 4), exact)
