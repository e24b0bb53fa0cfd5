"""What every feature cache must do; inherit from it beside a fixture ``cache``."""

import numpy as np
import pytest

A, B, C = "a" * 64, "b" * 64, "c" * 64


class Conformance:
    def test_an_empty_cache_misses_everything(self, cache):
        assert cache.missing([A, B], "f") == {A, B}
        assert cache.get_many([A], "f") == {}
        assert cache.count("f") == 0
        assert cache.drop("f") == 0

    @pytest.mark.parametrize(
        "array",
        [
            np.arange(6, dtype=np.uint8),
            np.arange(6, dtype=np.float16).reshape(2, 3),
            np.array([np.nan, -np.inf, -0.0], dtype=np.float32),
            np.arange(12, dtype=np.int64).reshape(3, 4).T,
            np.empty((0, 5), dtype=np.float64),
            np.array(7, dtype=np.int16),
            np.array(0xFEDC_BA98_7654_3210, dtype=np.uint64),
            np.array([[0.5, 0.5, 10.0, 12.0, 0.9, 3.0]], dtype=np.float32),
        ],
        ids=[
            *("uint8", "float16", "not-finite", "not-contiguous", "empty", "scalar"),
            *("perceptual-hash", "detections"),
        ],
    )
    def test_an_array_comes_back_bit_for_bit(self, cache, array):
        cache.put_many({A: array}, "f")
        back = cache.get_many([A], "f")[A]
        assert (back.dtype, back.shape) == (array.dtype, array.shape)
        assert back.tobytes() == np.ascontiguousarray(array).tobytes()

    def test_another_fingerprint_sees_nothing(self, cache):
        cache.put_many({A: np.ones(2)}, "f")
        assert cache.missing([A], "g") == {A}
        assert cache.get_many([A], "g") == {}
        assert (cache.count("f"), cache.count("g")) == (1, 0)

    def test_what_is_there_stays(self, cache):
        cache.put_many({A: np.ones(2)}, "f")
        cache.put_many({A: np.zeros(2), B: np.zeros(2)}, "f")
        back = cache.get_many([A, B, C], "f")
        assert {content: array.tolist() for content, array in back.items()} == {A: [1, 1], B: [0, 0]}
        assert cache.count("f") == 2

    def test_more_contents_than_one_statement_takes(self, cache):
        contents = [f"{number:064x}" for number in range(1201)]
        cache.put_many({c: np.array([n]) for n, c in enumerate(contents)}, "f")
        assert cache.missing([*contents, A], "f") == {A}
        assert cache.get_many(reversed(contents), "f")[contents[777]].tolist() == [777]
        assert len(cache.get_many(contents, "f")) == 1201

    def test_drop_removes_one_fingerprint(self, cache):
        cache.put_many({A: np.ones(1), B: np.ones(1)}, "f")
        cache.put_many({A: np.ones(1)}, "g")
        assert cache.drop("f") == 2
        assert (cache.count("f"), cache.count("g")) == (0, 1)

    def test_putting_nothing_is_allowed(self, cache):
        cache.put_many({}, "f")
        assert cache.get_many([], "f") == {}
        assert cache.missing([], "f") == set()
