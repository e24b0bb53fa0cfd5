"""The conformance suite: good encoders pass, and each broken promise is found and named."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from pinakes.encoders.descriptor import DescriptorFamily, FitParameters
from pinakes.kernels.similarity import unit_rows
from pinakes.testing.contract import ContractError
from pinakes.testing.encoder import check_encoder

PICTURES = [np.random.default_rng(n).integers(0, 256, (30 + n, 40, 3), dtype=np.uint8) for n in range(4)]


def corner(rgb):
    return rgb[:8, :8].astype(np.float32).ravel()


@dataclass
class Good:
    """Keeps every promise: a corner of the picture, normalised."""

    name: str = "good"
    fingerprint: str = "good"
    dim: int = 192
    preparer: str = "test_check_encoder:corner"
    decode_size: int = 8
    recipe: dict[str, Any] = field(default_factory=dict)

    def encode_images(self, prepared):
        return unit_rows(np.stack(prepared)) if prepared else np.empty((0, self.dim), np.float32)

    def project(self, features):
        return features.astype(np.float32)

    def save(self, folder):
        (folder / "encoder.json").write_text(self.fingerprint)


@dataclass
class Family:
    encoder: Any

    @property
    def features(self):
        return self.encoder

    def fit(self, features):
        return self.encoder

    def open(self, folder):
        return type(self.encoder)(fingerprint=(folder / "encoder.json").read_text())


class NeighbourDependent(Good):
    def encode_images(self, prepared):
        return unit_rows(np.stack(prepared) - np.mean(prepared)) if prepared else super().encode_images([])


class Restless(Good):
    calls = 0

    def encode_images(self, prepared):
        found = super().encode_images(prepared)
        Restless.calls += 1
        if len(found):
            found[0, 0] += np.float32(1e-7) * Restless.calls
        return found


class Long(Good):
    def encode_images(self, prepared):
        return super().encode_images(prepared) * np.float32(2)


class Infinite(Good):
    def encode_images(self, prepared):
        found = super().encode_images(prepared)
        found[:, 0] = np.nan
        return found


class Wide(Good):
    def encode_images(self, prepared):
        return super().encode_images(prepared).astype(np.float64)


class Forgetful(Good):
    def save(self, folder):
        (folder / "encoder.json").write_text("another")


class Nothing(Good):
    def encode_images(self, prepared):
        return super().encode_images(prepared) if prepared else np.empty((0, 1), np.float32)


class Uneven(Good):
    preparer = "test_check_encoder:whole"

    def __init__(self, fingerprint="good"):
        super().__init__(fingerprint=fingerprint, preparer=self.preparer)


class Wordy(Good):
    """Gives a vector to a text without words."""

    def encode_texts(self, texts, side="query"):
        return unit_rows(np.ones((len(texts), self.dim)))


def whole(rgb):
    return rgb.astype(np.float32)


def test_a_good_encoder_passes():
    assert check_encoder(Family(Good()), PICTURES).fingerprint == "good"


def test_the_built_in_encoder_passes():
    family = DescriptorFamily(parameters=FitParameters(dim=16, oversampling=8, rounds=1))
    fitted = check_encoder(family, PICTURES)
    assert fitted.name == "descriptor"


@pytest.mark.parametrize(
    ("kind", "promise"),
    [
        (NeighbourDependent, "the features of a picture alone must give the very same numbers"),
        (Restless, "must give the very same numbers; they differ by up to"),
        (Long, "vectors have length 1"),
        (Infinite, "must give the very same numbers|vectors are finite"),
        (Wide, "vectors are float32: found float64"),
        (Forgetful, "saving and opening keeps the fingerprint"),
        (Nothing, r"no pictures give no rows: found \(0, 1\)"),
        (Uneven, "prepared pictures have one shape and dtype"),
        (Wordy, "a text without words gives zeros"),
    ],
)
def test_a_broken_promise_is_named(kind, promise):
    with pytest.raises(ContractError, match=promise):
        check_encoder(Family(kind()), PICTURES)


def test_two_pictures_show_too_little():
    with pytest.raises(ValueError, match="three pictures or more"):
        check_encoder(Family(Good()), PICTURES[:2])
