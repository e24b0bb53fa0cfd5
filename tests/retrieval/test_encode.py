"""When words are given to a model, and when not."""

from types import SimpleNamespace

import numpy as np
import pytest

from pinakes.retrieval.encode import QueryEncoder, SpaceEncoders


class Reader:
    """Reads words, and counts them."""

    def __init__(self):
        self.read = []

    def encode_texts(self, texts, side="query"):
        self.read += texts
        return np.array([[0.6, 0.8] if text != "unknown" else [0, 0] for text in texts], dtype=np.float32)


@pytest.fixture
def reader():
    return Reader()


def encoder(reader, weight):
    corpus = SimpleNamespace(items=None, spaces={"text": SimpleNamespace(text_weight=weight, dim=2)})
    return QueryEncoder(corpus, {"text": SpaceEncoders(text=reader)}, None)


def encode(reader, weight, words, **weights):
    return encoder(reader, weight).encode(words, None, None, None, weights)


def test_words_that_count_for_nothing_are_read_only_where_bm25_finds_nothing(reader):
    encoded = encode(reader, 0.0, "red dress")
    assert (reader.read, encoded.vectors, encoded.words) == ([], {}, "red dress")
    np.testing.assert_array_equal(encoded.fallback()["text"], np.float32([0.6, 0.8]))
    assert reader.read == ["red dress"]


def test_words_without_a_vector_have_no_fallback(reader):
    assert encode(reader, 0.0, "unknown").fallback() == {}


@pytest.mark.parametrize(("weight", "asked"), [(0.3, {}), (0.0, {"text": 0.5})])
def test_words_that_count_are_read_at_once(reader, weight, asked):
    encoded = encode(reader, weight, "red dress", **asked)
    assert reader.read == ["red dress"]
    assert set(encoded.vectors) == {"text"}
    assert encoded.fallback is None


def test_a_weight_of_nothing_is_kept_to(reader):
    encoded = encode(reader, 0.0, "red dress", text=0.0)
    assert (reader.read, encoded.vectors, encoded.fallback) == ([], {}, None)


def test_words_that_push_away_are_always_read(reader):
    encoded = encode(reader, 0.0, {"dress": 1.0, "red": -0.5})
    assert reader.read == ["dress", "red"]
    assert encoded.fallback is None


def test_a_picture_is_prepared_once_for_all_spaces():
    class Seer:
        def __init__(self, *vector):
            self.vector = vector

        def encode_images(self, prepared):
            return np.float32([self.vector for _ in prepared])

    asked = []

    def prepare(data, encoders):
        asked.append((data, sorted(encoders)))
        return dict.fromkeys(encoders, np.zeros(1))

    seers = {"shape": SpaceEncoders(image=Seer(1, 0)), "colour": SpaceEncoders(image=Seer(0.6, 0.8))}
    spaces = {name: SimpleNamespace(text_weight=0.0, dim=2) for name in (*seers, "text")}
    corpus = SimpleNamespace(items=None, spaces=spaces)
    query = QueryEncoder(corpus, {**seers, "text": SpaceEncoders(text=Reader())}, prepare)
    encoded = query.encode(None, b"a picture", None, None)
    assert asked == [(b"a picture", ["colour", "shape"])]
    assert {name: vector.tolist() for name, vector in encoded.vectors.items()} == {
        "shape": [1, 0],
        "colour": pytest.approx([0.6, 0.8]),
    }
