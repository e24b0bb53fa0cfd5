from dataclasses import replace

import numpy as np
import pytest

from pinakes.bench.data.generate import CHUNK, Cloud, write_rows
from pinakes.bench.data.spectrum import CLIP, Spectrum, fit_spectrum
from pinakes.errors import SourceError

SMALL = Spectrum(dim=24, mean=0.6, exponent=0.5, decay=0.05, between=0.5, source="a test")


def test_the_variances_and_the_mean_make_a_unit_vector():
    values = CLIP.eigenvalues()
    assert values.shape == (512,)
    assert values.sum() + CLIP.mean**2 == pytest.approx(1.0)
    assert (np.diff(values) < 0).all()


def test_there_are_as_many_clusters_as_the_square_root_of_the_rows():
    assert [Spectrum.clusters(rows) for rows in (1, 99, 100, 10_000_000)] == [1, 9, 10, 3162]


def test_rows_are_unit_vectors_around_the_mean():
    rows = Cloud(SMALL, 4_000).rows(0, 4_000)
    assert rows.shape == (4_000, 24)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert np.linalg.norm(rows.mean(axis=0)) == pytest.approx(0.6, abs=0.05)


def test_a_seed_gives_the_same_rows_whatever_part_is_asked_for():
    cloud = Cloud(SMALL, CHUNK + 100, seed=3)
    part = cloud.rows(CHUNK - 50, CHUNK + 50)
    assert (
        part.tobytes()
        == Cloud(SMALL, CHUNK + 100, seed=3).rows(0, CHUNK + 100)[CHUNK - 50 : CHUNK + 50].tobytes()
    )
    assert part.tobytes() != replace(cloud, seed=4).rows(CHUNK - 50, CHUNK + 50).tobytes()


def test_queries_are_no_rows():
    cloud = Cloud(SMALL, 500)
    for queries in (cloud.picture_queries(20), cloud.text_queries(20)):
        assert (cloud.rows(0, 500) @ queries.T).max() < 0.9999


def test_texts_lie_outside_the_cloud_of_the_pictures():
    cloud = Cloud(CLIP, 2_000)
    rows = cloud.rows(0, 2_000)
    assert (rows @ cloud.text_queries(50).T).mean() == pytest.approx(0.02, abs=0.05)
    assert (rows @ cloud.picture_queries(50).T).mean() == pytest.approx(CLIP.mean**2, abs=0.05)


def test_rows_are_written_as_half_precision(tmp_path):
    cloud = Cloud(SMALL, 300)
    assert list(write_rows(cloud, tmp_path / "rows.npy")) == [300]
    stored = np.load(tmp_path / "rows.npy")
    assert stored.dtype == np.float16
    np.testing.assert_array_equal(stored, cloud.rows(0, 300).astype(np.float16))


def test_a_fit_finds_what_generated_the_rows():
    fitted = fit_spectrum(Cloud(SMALL, 1_500).rows(0, 1_500), "a test")
    assert fitted.dim == 24
    assert fitted.mean == pytest.approx(0.6, abs=0.05)
    assert fitted.between == pytest.approx(0.5, abs=0.11)
    drawn, wanted = fitted.eigenvalues(), SMALL.eigenvalues()
    np.testing.assert_allclose(drawn[:6], wanted[:6], rtol=0.35)


def test_a_spectrum_needs_some_rows():
    with pytest.raises(SourceError, match=r"at least 16 rows, few\.npy has 3"):
        fit_spectrum(np.eye(3), "few.npy")
