"""How many threads the matrix library may use while a collection is written."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_matrix_thread() -> AbstractContextManager[object]:
    """Let the matrix library (BLAS) of this process use one thread inside the ``with``.

    Its threads spin while they wait for each other: on a machine that is busy with anything else, such as the
    processes that decode, two of them take twice the processor time of one, and up to ten times the clock.
    Nor can one thread's sums come out differently from one run to the next.
    """
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits
