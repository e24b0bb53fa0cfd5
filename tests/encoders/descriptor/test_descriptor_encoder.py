from dataclasses import asdict

import numpy as np
import pytest
from pictures import picture, plain
from PIL import Image

from pinakes.encoders.base import ImageEncoder
from pinakes.encoders.descriptor import (
    FEATURES_FINGERPRINT,
    DescriptorFamily,
    FitParameters,
    fit_descriptor,
    open_descriptor,
)
from pinakes.encoders.descriptor.features import LENGTH, prepare
from pinakes.encoders.families import open_family
from pinakes.errors import IntegrityError, UnknownNameError

FAST = FitParameters(dim=64, oversampling=16, rounds=2)


@pytest.fixture(scope="module")
def features():
    return np.stack([prepare(picture(seed)) for seed in range(60)])


@pytest.fixture(scope="module")
def fitted(features):
    return fit_descriptor(features, FAST)


def sound(vectors):
    return np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 20, 60])
def test_any_collection_gives_unit_vectors(features, count):
    descriptor = fit_descriptor(features[:count], FAST)
    vectors = descriptor.project(np.concatenate([features, [prepare(plain(0, 0, 0))]]))
    assert (vectors.dtype, vectors.shape) == (np.float32, (61, 64))
    assert sound(vectors)
    assert len(np.unique(vectors, axis=0)) == 61


@pytest.mark.parametrize(
    "rgb", [plain(0, 0, 0), plain(255, 255, 255), picture(3)], ids=["black", "white", "any"]
)
def test_a_collection_of_one_picture_many_times(rgb):
    same = prepare(rgb)
    descriptor = fit_descriptor(np.stack([same] * 40), FAST)
    vectors = descriptor.project(np.stack([same, same, prepare(picture(4))]))
    assert sound(vectors)
    assert np.array_equal(vectors[0], vectors[1])
    assert vectors[0] @ vectors[2] < 0.999


def test_a_zero_feature_vector_is_still_projected(fitted):
    assert sound(fitted.project(np.zeros((1, LENGTH), dtype=np.uint8)))


def test_the_order_of_pictures_does_not_matter(features, fitted):
    shuffled = features[np.random.default_rng(0).permutation(len(features))]
    again = fit_descriptor(shuffled, FAST)
    assert again.fingerprint == fitted.fingerprint
    assert np.array_equal(again.project(features), fitted.project(features))


def test_a_refit_on_nearly_the_same_collection_agrees(features):
    parameters = FitParameters(dim=4, rounds=6)
    first, second = (fit_descriptor(features[:count], parameters).project(features) for count in (60, 59))
    assert (first * second)[:59].sum(axis=1).min() > 0.9  # and no axis has changed its sign


def test_a_resized_picture_finds_itself(features, fitted):
    wanted = fitted.project(features)
    smaller = [np.asarray(Image.fromarray(picture(seed)).resize((90, 68))) for seed in range(60)]
    asked = fitted.encode_images([prepare(rgb) for rgb in smaller])
    scores = asked @ wanted.T
    assert (scores.argmax(axis=1) == np.arange(60)).all()
    assert np.diagonal(scores).min() > 0.9


def test_no_component_dominates(features, fitted):
    vectors = fitted.project(features)
    assert np.square(vectors).mean(axis=0).max() < 0.25


def test_alone_in_a_batch_and_from_the_cache_are_one_vector(features, fitted, tmp_path):
    fitted.save(tmp_path)
    reopened = open_descriptor(tmp_path)
    batch = fitted.encode_images(list(features))
    assert np.array_equal(batch, reopened.project(np.repeat(features, 20, axis=0))[::20])
    for row in (0, 31, 59):
        assert np.array_equal(fitted.encode_images([features[row]])[0], batch[row])
        assert np.array_equal(fitted.encode_images([prepare(picture(row))])[0], batch[row])


def test_what_was_saved_opens_as_it_was(fitted, tmp_path):
    fitted.save(tmp_path)
    opened = open_descriptor(tmp_path)
    assert opened.fingerprint == fitted.fingerprint
    assert opened.parameters == FAST
    assert opened.recipe == {"features": FEATURES_FINGERPRINT, **asdict(FAST)}
    assert not list(tmp_path.glob("*.pkl"))


def test_features_of_another_version_are_refused(fitted, tmp_path):
    fitted.save(tmp_path)
    path = tmp_path / "encoder.json"
    path.write_text(path.read_text().replace(FEATURES_FINGERPRINT, "0" * 64))
    with pytest.raises(IntegrityError, match="index the collection again"):
        open_descriptor(tmp_path)


def test_the_fingerprint_covers_what_was_fitted(features, fitted):
    assert fit_descriptor(features[:-1], FAST).fingerprint != fitted.fingerprint
    other = FitParameters(dim=64, oversampling=16, rounds=2, whitening=0.25)
    assert fit_descriptor(features, other).fingerprint != fitted.fingerprint


def test_it_is_an_image_encoder(fitted):
    assert isinstance(fitted, ImageEncoder)
    assert (fitted.name, fitted.dim) == ("descriptor", 64)
    assert fitted.encode_images([]).shape == (0, 64)


def test_the_family_keeps_features_as_they_were_prepared(features):
    family = open_family("descriptor")
    assert isinstance(family, DescriptorFamily)
    kept = family.features.encode_images(list(features[:3]))
    assert kept.dtype == np.uint8 and np.array_equal(kept, features[:3])
    assert family.features.fingerprint == FEATURES_FINGERPRINT
    assert family.features.encode_images([]).shape == (0, LENGTH)


def test_the_preparer_is_where_it_is_said_to_be():
    module, _, function = DescriptorFamily().features.preparer.partition(":")
    assert (module, function) == (prepare.__module__, prepare.__name__)


def test_an_unknown_family():
    with pytest.raises(UnknownNameError, match="did you mean 'descriptor'"):
        open_family("descripter")


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, LENGTH), np.float32), np.zeros((2, 7), np.uint8), np.zeros(LENGTH, np.uint8)],
    ids=["dtype", "length", "one-row"],
)  # fmt: skip
def test_other_features_are_refused(fitted, wrong):
    with pytest.raises(ValueError, match="uint8 of shape"):
        fitted.project(wrong)
    with pytest.raises(ValueError, match="uint8 of shape"):
        fit_descriptor(wrong, FAST)
