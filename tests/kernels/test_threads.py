import numpy as np
from threadpoolctl import threadpool_info

from pinakes.kernels.threads import one_matrix_thread


def matrix_threads():
    np.ones((2, 2)) @ np.ones((2, 2))
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_one_thread_inside_and_what_was_before_outside():
    before = matrix_threads()
    with one_matrix_thread():
        assert set(matrix_threads()) == {1}
    assert matrix_threads() == before
