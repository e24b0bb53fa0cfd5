from contextlib import closing

import numpy as np
import pytest

from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.encoders.descriptor.encoder import DescriptorFamily
from pinakes.ingest.progress import silent
from pinakes.ingest.spaces import fitting, store
from pinakes.ingest.spaces.fitting import fit_pictures

FAMILY = DescriptorFamily()


@pytest.fixture
def pictures(tmp_path):
    """A cache with the features of 60 pictures, and their names."""
    random = np.random.default_rng(5)
    names = [f"{number:03}" for number in range(60)]
    rows = random.integers(0, 256, (60, FAMILY.features.dim), dtype=np.uint8)
    with closing(SQLiteCache(tmp_path / "features.db").open()) as cache:
        cache.put_many(dict(zip(names, rows, strict=True)), FAMILY.features.fingerprint)
        yield store.FeatureStore(cache, silent, tmp_path / "features.db"), names, rows


def test_a_sample_in_a_file_fits_the_same_encoder_as_one_in_memory(pictures, monkeypatch):
    features, names, rows = pictures
    in_memory = fit_pictures(features, FAMILY, names)
    monkeypatch.setattr(store, "IN_MEMORY", 0)
    assert fit_pictures(features, FAMILY, names).fingerprint == in_memory.fingerprint
    assert FAMILY.fit(rows).fingerprint == in_memory.fingerprint


def test_the_sample_is_bounded_and_spread_evenly(pictures, monkeypatch):
    features, names, rows = pictures
    monkeypatch.setattr(fitting, "FIT_SAMPLE", 4)
    # 0 to 59 in four steps: 0, 19.67, 39.33 and 59.
    assert fit_pictures(features, FAMILY, names).fingerprint == FAMILY.fit(rows[[0, 19, 39, 59]]).fingerprint


def test_a_collection_without_pictures_has_an_encoder_too(pictures):
    features, _, _ = pictures
    assert fit_pictures(features, FAMILY, []).dim == 512
