import numpy as np
import pytest

from pinakes.encoders.base import TextEncoder
from pinakes.encoders.bridge import fit, fit_bridge, open_bridge
from pinakes.errors import FormatVersionError, IntegrityError

WORDS = ["red", "green", "blue", "round", "square", "tall", "old", "new", "silver", "gold", "soft", "hard"]


def world(count, seed=0, noise=0.3, dim=32):
    """Captions of three words, and vectors that are the sum of their words' directions."""
    random = np.random.default_rng(seed)
    directions = np.random.default_rng(99).standard_normal((len(WORDS), dim))
    chosen = (
        np.array([random.choice(len(WORDS), 3, replace=False) for _ in range(count)])
        .reshape(count, 3)
        .astype(int)
    )
    texts = [" ".join(WORDS[word] for word in row) for row in chosen]
    vectors = directions[chosen].sum(axis=1) + noise * random.standard_normal((count, dim))
    return texts, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def fitted():
    return fit_bridge(*world(300))


def test_words_that_describe_the_pictures_help(fitted):
    assert fitted.helps and fitted.bridge is not None
    measured = fitted.measured
    assert (measured.captions, measured.queries, measured.pool) == (300, 300, 60)
    assert measured.recall_low > 3 * measured.chance
    assert measured.median_rank < 5
    assert fitted.reason.startswith("R@10 ") and "by chance" in fitted.reason


def test_new_texts_find_their_pictures(fitted):
    texts, vectors = world(100, seed=5)
    scores = fitted.bridge.encode_texts(texts) @ vectors.T
    own = np.diagonal(scores)
    assert np.median((scores > own[:, None]).sum(axis=1)) <= 3


def test_words_of_other_pictures_do_not_help():
    texts, vectors = world(300)
    shuffled = [texts[i] for i in np.random.default_rng(3).permutation(300)]
    result = fit_bridge(shuffled, vectors)
    assert not result.helps and result.bridge is None
    assert result.reason.endswith("not above chance")
    assert result.measured.recall == pytest.approx(result.measured.chance, abs=0.08)


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_a_few_captions_are_not_enough(count):
    result = fit_bridge(*world(count))
    assert (result.helps, result.bridge, result.measured.recall) == (False, None, None)
    assert "captions only, 50 are needed" in result.reason
    assert result.measured.captions == count


def test_identical_captions_are_not_enough():
    _, vectors = world(200)
    result = fit_bridge(["a cocktail"] * 200, vectors)
    assert result.reason == "1 different captions only, 50 are needed to measure it"


def test_captions_without_a_common_word_do_not_help():
    _, vectors = world(100)
    result = fit_bridge([f"word{number}" for number in range(100)], vectors)
    assert not result.helps


def test_empty_captions_are_left_out():
    texts, vectors = world(120)
    result = fit_bridge([*texts, "", "  "], np.concatenate([vectors, vectors[:2]]))
    assert result.measured.captions == 120
    assert result.bridge.fingerprint == fit_bridge(texts, vectors).bridge.fingerprint


def test_an_item_with_several_pictures_counts_once():
    texts, vectors = world(120)
    twice = fit_bridge(
        [t for t in texts for _ in "ab"], np.repeat(vectors, 2, axis=0), np.repeat(np.arange(120), 2)
    )
    assert twice.measured.captions == 120
    assert twice.measured.recall == fit_bridge(texts, vectors).measured.recall


def test_equal_captions_are_held_out_together():
    # Noise that only a copy of caption and picture can predict: copies must not be on both sides.
    random = np.random.default_rng(0)
    texts = [f"w{a} w{b}" for a, b in random.integers(0, 20, (150, 2))]
    vectors = random.standard_normal((150, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert not fit_bridge(texts * 2, np.concatenate([vectors, vectors])).helps


def test_more_items_than_are_learned_from(monkeypatch):
    monkeypatch.setattr(fit, "MAX_ITEMS", 200)
    monkeypatch.setattr(fit, "FEW", 100)
    result = fit_bridge(*world(400))
    assert result.measured.captions == 400
    assert 20 <= result.measured.queries <= 60  # one fold of five, of 200
    assert result.helps


def test_it_is_deterministic(fitted):
    again = fit_bridge(*world(300))
    assert again == fitted or again.bridge.fingerprint == fitted.bridge.fingerprint
    assert again.measured == fitted.measured


def test_half_precision_vectors_will_do(fitted):
    texts, vectors = world(300)
    half = fit_bridge(texts, vectors.astype(np.float16))
    assert half.measured.recall == pytest.approx(fitted.measured.recall, abs=0.02)


def test_numbers_must_agree():
    texts, vectors = world(60)
    with pytest.raises(ValueError, match="60, 59, 60"):
        fit_bridge(texts, vectors[:59])


class TestBridge:
    def test_a_text_without_a_known_word_is_a_zero_row(self, fitted):
        vectors = fitted.bridge.encode_texts(["red", "xyzzy", "", "red xyzzy"])
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 0, 1])
        assert np.array_equal(vectors[0], vectors[3])

    def test_a_text_never_depends_on_its_neighbours(self, fitted):
        texts = world(60, seed=8)[0]
        batch = fitted.bridge.encode_texts(texts)
        for row, text in enumerate(texts):
            assert np.array_equal(fitted.bridge.encode_texts([text])[0], batch[row])

    def test_it_is_a_text_encoder(self, fitted):
        bridge = fitted.bridge
        assert isinstance(bridge, TextEncoder)
        assert (bridge.name, bridge.dim) == ("bridge", 32)
        assert np.array_equal(bridge.encode_texts(["red"], side="item"), bridge.encode_texts(["red"]))
        assert bridge.encode_texts([]).shape == (0, 32)

    def test_what_was_saved_opens(self, fitted, tmp_path):
        fitted.bridge.save(tmp_path)
        opened = open_bridge(tmp_path)
        assert opened.fingerprint == fitted.bridge.fingerprint
        assert np.array_equal(opened.encode_texts(["Reds old"]), fitted.bridge.encode_texts(["Reds old"]))

    @pytest.mark.parametrize("name", ["encoder.json", "weights.npy", "idf.npy"])
    def test_a_missing_or_cut_file(self, fitted, tmp_path, name):
        fitted.bridge.save(tmp_path)
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(IntegrityError):
            open_bridge(tmp_path)
        path.unlink()
        with pytest.raises(IntegrityError, match="does not hold a text bridge"):
            open_bridge(tmp_path)

    def test_changed_terms(self, fitted, tmp_path):
        fitted.bridge.save(tmp_path)
        path = tmp_path / "encoder.json"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"silver"', '"copper"'), encoding="utf-8")
        with pytest.raises(IntegrityError, match="not what"):
            open_bridge(tmp_path)
        path.write_text(text.replace('"format": 1', '"format": 2'), encoding="utf-8")
        with pytest.raises(FormatVersionError, match="update it"):
            open_bridge(tmp_path)
