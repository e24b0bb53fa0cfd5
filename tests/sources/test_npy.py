import numpy as np
import pytest

from pinakes.errors import SourceError
from pinakes.sources.npy import LONGEST, open_vector, open_vectors


def save(path, array):
    np.save(path, array, allow_pickle=array.dtype == object)
    return path


def test_a_matrix_is_mapped_in_its_own_dtype(tmp_path):
    array = open_vectors(save(tmp_path / "v.npy", np.eye(3, dtype=np.float16)))
    assert (array.dtype, array.shape, isinstance(array, np.memmap)) == (np.float16, (3, 3), True)


@pytest.mark.parametrize("shape", [(4,), (1, 4)])
def test_one_vector_may_have_a_row_of_its_own(tmp_path, shape):
    assert open_vector(save(tmp_path / "v.npy", np.arange(4).reshape(shape))).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 4)), r"one vector is expected, found float64 of shape \(2, 4\)"),
        (np.array(["red"]), "one vector is expected, found <U3"),
    ],
)
def test_more_or_other_than_one_vector(tmp_path, array, says):
    with pytest.raises(SourceError, match=says):
        open_vector(save(tmp_path / "v.npy", array))


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros(4), "a matrix of numbers is expected"),
        (np.zeros((1, LONGEST + 1)), f"these have {LONGEST + 1}"),
    ],
)
def test_what_is_no_matrix_of_vectors(tmp_path, array, says):
    with pytest.raises(SourceError, match=says):
        open_vectors(save(tmp_path / "v.npy", array))


@pytest.mark.parametrize("read", [open_vector, open_vectors])
def test_what_is_no_npy_file_is_said_to_be_none(tmp_path, read):
    (tmp_path / "notes.npy").write_text("hello")
    with pytest.raises(SourceError, match=r"notes\.npy is not a \.npy file: it begins with b'hello'"):
        read(tmp_path / "notes.npy")


@pytest.mark.parametrize("read", [open_vector, open_vectors])
def test_a_missing_file_and_a_pickle_are_refused_by_name(tmp_path, read):
    with pytest.raises(SourceError, match=r"nowhere\.npy: No such file or directory"):
        read(tmp_path / "nowhere.npy")
    with pytest.raises(SourceError, match="cannot read the vectors in"):
        read(save(tmp_path / "v.npy", np.array([{}], dtype=object)))
