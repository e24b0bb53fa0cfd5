import numpy as np
import pytest
from duplicate_pictures import opened, photo, saved
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pinakes.ingest.duplicates import candidates
from pinakes.ingest.duplicates.candidates import (
    hash_signs,
    mirrored,
    pairs_above,
    pairs_by_hash,
    pairs_by_vector,
)
from pinakes.kernels.similarity import unit_rows
from pinakes.media.phash import hamming, phash


def by_hand(vectors, floor, most):
    """All pairs that are among the best of either picture, one product at a time."""
    n, kept = len(vectors), set()
    for i in range(n):
        partners = sorted((-float(vectors[i] @ vectors[j]), j) for j in range(n) if j != i)
        kept |= {(min(i, j), max(i, j)) for product, j in partners[:most] if -product >= floor}
    return sorted(kept)


@pytest.mark.parametrize("most", [1, 3, 50])
def test_pairs_above_are_those_of_a_double_loop(most, monkeypatch):
    monkeypatch.setattr(candidates, "_ROWS", 16)  # many tiles
    monkeypatch.setattr(candidates, "_COLUMNS", 32)
    vectors = unit_rows(np.random.default_rng(most).standard_normal((100, 6)))
    found = pairs_above(vectors, vectors, 0.5, most)
    assert [tuple(pair) for pair in found.tolist()] == by_hand(vectors, 0.5, most)


def test_pairs_of_nothing_and_of_one():
    for n in (0, 1):
        assert pairs_above(np.ones((n, 4), np.float32), np.ones((n, 4), np.float32), 0.0).shape == (0, 2)


def test_a_vector_of_zeros_is_near_nothing():
    vectors = np.array([[1, 0], [0, 0], [1, 0], [0, 0]], dtype=np.float32)
    assert pairs_by_vector(vectors).tolist() == [[0, 2]]


def test_copies_are_found_among_many_in_all_components():
    random = np.random.default_rng(0)
    vectors = unit_rows(random.standard_normal((300, 200)))
    vectors[150:160] = unit_rows(vectors[:10] + 0.03 * random.standard_normal((10, 200)))
    assert pairs_by_vector(vectors).tolist() == [[i, 150 + i] for i in range(10)]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=2))
@settings(max_examples=50)
def test_the_product_of_signs_counts_bits(numbers):
    a, b = (f"{number:016x}" for number in numbers)
    signs = hash_signs([a, b])
    assert float(signs[0] @ signs[1]) == 64 - 2 * hamming(a, b)


def test_ten_bits_are_near_and_eleven_are_not():
    base, ten, eleven = "0" * 16, f"{2**10 - 1:016x}", f"{(2**11 - 1) << 40:016x}"
    assert pairs_by_hash(hash_signs([base, ten, eleven]), mirror=False).tolist() == [[0, 1]]


def test_an_unusable_hash_is_never_a_key():
    signs = hash_signs([None, "0" * 16, None, "0" * 16])
    assert signs[0].tolist() == [0.0] * 64
    assert pairs_by_hash(signs, mirror=False).tolist() == [[1, 3]]
    assert pairs_by_hash(hash_signs([None, None]), mirror=True).tolist() == []


@pytest.mark.parametrize("seed", range(4))
def test_the_mirrored_hash_is_that_of_the_mirrored_picture(seed):
    image = photo(seed)
    flipped = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    hashes = [phash(opened(saved(i))) for i in (image, flipped)]
    signs = hash_signs(hashes)
    assert (64 - float(mirrored(signs)[0] @ signs[1])) / 2 <= 10
    assert pairs_by_hash(signs, mirror=True).tolist() == [[0, 1]]
    assert pairs_by_hash(signs, mirror=False).tolist() == []
