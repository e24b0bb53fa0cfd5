from pathlib import Path

import numpy as np
import pytest
from gate_contents import random_sphere, structured, unit, whitened
from numpy.typing import NDArray

from pinakes.ingest.gates.synthetic import SAMPLE, synthetic

CLIP = Path(__file__).parents[4] / "shared" / "data" / "clip_vectors"
RNG = np.random.default_rng(11)


def clip_vectors(name: str) -> NDArray[np.generic]:
    path = CLIP / f"{name}.npy"
    if not path.exists():
        pytest.skip(f"real CLIP vectors are not here: {path}")
    return np.load(path)


def test_real_clip_vectors_pass() -> None:
    vectors = unit(clip_vectors("flickr8k1000_clip_embeddings"))
    result = synthetic("clip", vectors.astype(np.float16))
    assert (result.status, result.n) == ("pass", 1000)
    assert result.value is not None
    assert result.limit is not None
    assert result.value > 5 * result.limit


@pytest.mark.parametrize("dim", [64, 128, 256])
@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_clip_vectors_pass_however_whitened(dim: int, exponent: float) -> None:
    vectors = whitened(clip_vectors("flickr8k1000_clip_embeddings"), exponent, dim)
    assert synthetic("clip", vectors).status == "pass"


def test_random_vectors_of_the_shape_of_real_ones_fail() -> None:
    n, dim = clip_vectors("flickr8k1000_clip_embeddings").shape
    assert synthetic("clip", random_sphere(n, dim)).status == "fail"


@pytest.mark.parametrize(("n", "dim"), [(200, 16), (200, 128), (1_000, 128), (3_000, 64)])
def test_half_whitened_vectors_pass(n: int, dim: int) -> None:
    vectors = whitened(structured(n, 2 * dim), 0.5, dim).astype(np.float16)
    assert synthetic("picture", vectors).status == "pass"


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize(("n", "dim"), [(200, 16), (200, 512), (999, 64), (5_000, 128), (300, 2_048)])
def test_random_vectors_fail(n: int, dim: int, dtype: type[np.generic]) -> None:
    result = synthetic("picture", random_sphere(n, dim, seed=n + dim).astype(dtype))
    assert result.status == "fail"
    assert result.n == min(n, SAMPLE)
    assert result.detail.endswith("mean and spread are those of random vectors too")
    assert result.value == pytest.approx(result.limit, rel=0.1)


FILLS = {
    "positive": RNG.random((800, 256)),
    "far": RNG.random((800, 256)) + 5,
    "uniform": RNG.uniform(-1, 1, (800, 256)),
    "laplace": RNG.laplace(size=(800, 256)),
}


@pytest.mark.parametrize("fill", [*FILLS])
def test_other_random_fills_fail(fill: str) -> None:
    assert synthetic("picture", unit(FILLS[fill])).status == "fail"


def test_random_vectors_hide_neither_behind_repeats_nor_behind_gaps() -> None:
    vectors = random_sphere(1_000, 128)
    vectors[:100] = vectors[100:200]
    vectors[200:250] = np.nan
    vectors[250:300] = 0.0
    result = synthetic("picture", vectors)
    assert (result.status, result.n) == ("fail", 900)


@pytest.mark.parametrize(("n", "dim"), [(0, 64), (1, 64), (199, 64), (500, 15), (500, 1)])
def test_too_little_to_measure(n: int, dim: int) -> None:
    result = synthetic("picture", np.ones((n, dim), dtype=np.float32))
    assert (result.status, result.value, result.n) == ("not_applicable", None, n)
    assert "not measured" in result.detail


def test_equal_vectors_are_not_random() -> None:
    assert synthetic("picture", np.tile(random_sphere(1, 64), (300, 1))).status == "pass"


def test_same_vectors_same_result() -> None:
    vectors = random_sphere(2_500, 32)
    assert synthetic("picture", vectors) == synthetic("picture", vectors)
