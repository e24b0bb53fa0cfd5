import json
import os
import subprocess
import sys

import numpy as np
import pytest

from pinakes.encoders.descriptor.projection import (
    STEPS,
    Projection,
    open_projection,
    quantise,
    save_projection,
)
from pinakes.errors import FormatVersionError, IntegrityError

LENGTH, DIM = 700, 96


@pytest.fixture(scope="module")
def projection():
    random = np.random.default_rng(0)
    return Projection(quantise(random.standard_normal((LENGTH, DIM))), random.standard_normal(DIM) * 50, 9)


@pytest.fixture(scope="module")
def features():
    return np.random.default_rng(1).integers(0, 256, (130, LENGTH)).astype(np.uint8)


def test_a_projection_by_hand():
    matrix = np.array([[1.0, 0.0], [0.0, 2.0]], dtype=np.float32)
    vectors = Projection(matrix, np.array([1.0, 0.0]), 1).apply(np.array([[4, 2], [1, 0]], dtype=np.uint8))
    # (4, 2 * 2) - (1, 0) = (3, 4), of length 5; the second is the mean itself and gets the first axis.
    assert vectors.tolist() == [[np.float32(0.6), np.float32(0.8)], [1.0, 0.0]]


def test_quantised_weights_are_whole_multiples_of_a_power_of_two():
    weights = np.array([[0.75, -1e-3], [1e-9, 0.1]])
    rounded = quantise(weights).astype(np.float64)
    step = 2.0**-22  # the largest, 0.75, takes 0.75 * 2**22 steps
    assert np.array_equal(rounded / step, np.rint(weights / step))
    assert np.abs(rounded / step).max() <= STEPS
    assert not quantise(np.zeros((2, 2))).any()


def test_a_row_never_depends_on_its_neighbours(projection, features):
    alone = np.concatenate([projection.apply(features[row : row + 1]) for row in range(130)])
    for size in range(1, 131):
        assert np.array_equal(projection.apply(features[:size]), alone[:size]), size
        assert np.array_equal(projection.apply(features[130 - size :]), alone[130 - size :]), size


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_a_row_does_not_depend_on_the_number_of_threads(projection, features, tmp_path, threads):
    save_projection(tmp_path, projection, {})
    np.save(tmp_path / "features.npy", features)
    script = (
        "import sys, numpy as np; from pathlib import Path;"
        "from pinakes.encoders.descriptor.projection import open_projection; folder = Path(sys.argv[1]);"
        "np.save(folder / 'out.npy',"
        f" open_projection(folder, {LENGTH})[0].apply(np.load(folder / 'features.npy')))"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=environment)
    assert np.array_equal(np.load(tmp_path / "out.npy"), projection.apply(features))


def test_what_was_saved_opens(projection, features, tmp_path):
    save_projection(tmp_path, projection, {"name": "test"})
    opened, said = open_projection(tmp_path, LENGTH)
    assert np.array_equal(opened.apply(features), projection.apply(features))
    assert (opened.fingerprint, opened.pictures) == (projection.fingerprint, 9)
    assert said["name"] == "test"


def test_the_fingerprint_covers_matrix_and_offset(projection):
    other = projection.matrix.copy()
    other[0, 0] += np.float32(2.0**-10)
    assert Projection(other, projection.offset, 9).fingerprint != projection.fingerprint
    assert Projection(projection.matrix, projection.offset + 1, 9).fingerprint != projection.fingerprint


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["encoder.json", "matrix.npy", "offset.npy"])
@pytest.mark.parametrize("damage", [truncate, flip, lambda path: path.unlink()], ids=["cut", "bit", "gone"])
def test_damage_is_an_integrity_error(projection, tmp_path, name, damage):
    save_projection(tmp_path, projection, {})
    damage(tmp_path / name)
    with pytest.raises(IntegrityError):
        open_projection(tmp_path, LENGTH)


def test_a_matrix_for_other_features(projection, tmp_path):
    save_projection(tmp_path, projection, {})
    with pytest.raises(IntegrityError, match="matrix of 701 rows"):
        open_projection(tmp_path, LENGTH + 1)


def test_a_newer_format(projection, tmp_path):
    save_projection(tmp_path, projection, {})
    said = json.loads((tmp_path / "encoder.json").read_text())
    (tmp_path / "encoder.json").write_text(json.dumps({**said, "format": 2}))
    with pytest.raises(FormatVersionError, match="update it"):
        open_projection(tmp_path, LENGTH)
