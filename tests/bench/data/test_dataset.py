import numpy as np
import pytest

from pinakes.bench.data.cases import Column
from pinakes.bench.data.dataset import Dataset, extend_dataset, generate_dataset
from pinakes.bench.data.generate import Cloud
from pinakes.bench.data.spectrum import Spectrum
from pinakes.errors import SourceError

SMALL = Spectrum(dim=16, mean=0.5, exponent=0.5, decay=0.05, between=0.5, source="a test")


def vectors_of(count):
    """Unit vectors that are all different."""
    drawn = np.random.default_rng(5).standard_normal((count, 16)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_generated_data_is_called_synthetic_and_has_two_columns(tmp_path):
    dataset = generate_dataset(tmp_path / "data", SMALL, rows=300, queries=20)
    assert dataset.synthetic
    assert dataset.rows.shape == (300, 16)
    assert {kind: found.shape for kind, found in dataset.queries.items()} == {
        "picture": (20, 16),
        "text": (20, 16),
    }
    for column in Column:
        assert sorted(dataset.columns[column]) == list(range(300))


def test_one_column_orders_the_rows_along_the_first_direction(tmp_path):
    dataset = generate_dataset(tmp_path / "data", SMALL, rows=300, queries=20)
    along = dataset.rows.astype(np.float32) @ dataset.direction
    assert (np.diff(along[np.argsort(dataset.columns[Column.ALONG])]) >= 0).all()
    assert set(dataset.sides(dataset.queries["text"])) == {-1, 1}


def test_what_is_there_is_used_again_and_what_differs_is_made_anew(tmp_path):
    folder = tmp_path / "data"
    generate_dataset(folder, SMALL, rows=50, queries=8)
    before = (folder / "rows.npy").stat().st_mtime_ns
    generate_dataset(folder, SMALL, rows=50, queries=8)
    assert (folder / "rows.npy").stat().st_mtime_ns == before
    assert len(generate_dataset(folder, SMALL, rows=60, queries=8).rows) == 60


def test_a_fifth_of_the_vectors_become_queries_and_leave_the_rows(tmp_path):
    vectors = Cloud(SMALL, 100).rows(0, 100)
    dataset = extend_dataset(tmp_path, vectors, {}, name="mine")
    assert not dataset.synthetic
    assert len(dataset.rows) == 80
    queries = dataset.queries["held_out"]
    assert len(queries) == 20
    assert (queries @ dataset.rows.astype(np.float32).T).max() < 0.999


def test_few_vectors_are_filled_up_with_generated_ones_that_lie_among_them(tmp_path):
    vectors = Cloud(SMALL, 200, seed=5).rows(0, 200)
    queries = {"mine": Cloud(SMALL, 200, seed=5).picture_queries(10)}
    dataset = extend_dataset(tmp_path, vectors, queries, name="mine", rows=500)
    assert dataset.synthetic
    assert dataset.source == "200 vectors of mine and 300 generated from their spectrum"
    np.testing.assert_allclose(dataset.rows[:200], vectors, atol=1e-3)
    own, filled = dataset.rows[:200].astype(np.float64), dataset.rows[200:].astype(np.float64)
    means = [part.mean(axis=0) for part in (own, filled)]
    assert means[0] @ means[1] / np.linalg.norm(means[0]) / np.linalg.norm(means[1]) > 0.9


def test_queries_that_are_rows_are_left_out(tmp_path):
    vectors = vectors_of(6)
    asked = np.concatenate([vectors[2:4], -vectors[:1]])
    dataset = extend_dataset(tmp_path / "asked", vectors, {"asked": asked}, name="mine")
    assert dataset.queries["asked"] == pytest.approx(-vectors[:1])
    with pytest.raises(SourceError, match="every query of asked is one of the vectors"):
        extend_dataset(tmp_path / "none", vectors, {"asked": vectors[:2] * 3}, name="mine")


def test_a_held_out_vector_whose_twin_is_a_row_is_no_query(tmp_path):
    vectors = vectors_of(10)
    twice = np.repeat(vectors, 2, axis=0)
    dataset = extend_dataset(tmp_path, np.concatenate([twice, vectors_of(21)[10:]]), {}, name="twins")
    rows = {row.tobytes() for row in np.asarray(dataset.rows)}
    assert len(dataset.queries["held_out"])
    assert not any(row.tobytes() in rows for row in dataset.queries["held_out"].astype(np.float16))


def test_queries_of_other_dimensions_are_refused(tmp_path):
    with pytest.raises(SourceError, match="queries other have 3 dimensions, mine has 16"):
        extend_dataset(tmp_path, Cloud(SMALL, 50).rows(0, 50), {"other": np.eye(3)}, name="mine")


def test_what_is_no_matrix_of_floats_is_refused(tmp_path):
    with pytest.raises(SourceError, match="mine must be a float matrix"):
        extend_dataset(tmp_path, np.arange(5), {}, name="mine")


def test_a_folder_without_data_is_refused(tmp_path):
    with pytest.raises(SourceError, match="holds no data set"):
        Dataset.open(tmp_path)
