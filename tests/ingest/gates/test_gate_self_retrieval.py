import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from pinakes.ingest.gates.self_retrieval import Reencode, self_retrieval
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.tables import ROW_COLUMNS, VIEW_COLUMNS

# Five items. The third has two pictures, one of them the second item's. The fourth's picture has other bytes
# and a hash that differs from the second's in 8 bits, the fifth's one that differs in 9.
VIEWS = pl.DataFrame(
    [
        (0, "front", "m0", "0.jpg", 9, 9, None),
        (1, "front", "m1", "1.jpg", 9, 9, "00000000000000ff"),
        (2, "front", "m1", "2.jpg", 9, 9, "00000000000000ff"),
        (2, "back", "m2", "3.jpg", 9, 9, None),
        (3, "front", "m3", "4.jpg", 9, 9, "000000000000ffff"),
        (4, "front", "m4", "5.jpg", 9, 9, "ff800000000000ff"),
    ],
    schema=VIEW_COLUMNS,
    orient="row",
)
ROWS = pl.DataFrame([(0, 0), (1, 1), (2, 2), (2, 3), (3, 4)], schema=ROW_COLUMNS, orient="row")
VECTORS = np.eye(5, dtype=np.float16)


def asking(*queries: tuple[int, list[float]]) -> Reencode:
    return lambda: (
        np.array([view for view, _ in queries], dtype=np.int64),
        np.array([vector for _, vector in queries], dtype=np.float32).reshape(-1, 5),
    )


def measure(
    reencode: Reencode, vectors: NDArray[np.generic] = VECTORS, rows: pl.DataFrame = ROWS, limit: float = 1.0
) -> GateResult:
    return self_retrieval("picture", vectors, rows, VIEWS, reencode=reencode, limit=limit)


@pytest.mark.parametrize(
    ("view", "query", "found"),
    [
        (0, [1, 0, 0, 0, 0], True),  # itself
        (0, [0.7, 0.6, 0, 0, 0], True),  # itself, before another
        (0, [0.6, 0.7, 0, 0, 0], False),  # another before itself
        (3, [0, 0, 1, 0, 0], True),  # another view of its own item
        (1, [0, 0, 1, 0, 0], True),  # another item with the same bytes
        (1, [0, 0, 0, 0, 1], True),  # another item with nearly the same perceptual hash
        (5, [0, 0, 0, 0, 1], False),  # another item with a hash that is not near enough
        (0, [0, 0, 0, 1, 0], False),  # neither has a perceptual hash: that is not the same one
        (0, [0, 0, 0, 0, 0], False),  # nothing was encoded
        (0, [np.nan, 0, 0, 0, 0], False),
    ],
)
def test_one_picture(view: int, query: list[float], found: bool) -> None:
    result = measure(asking((view, query)))
    assert (result.value, result.n) == (float(found), 1)
    assert result.status == ("pass" if found else "fail")


def test_share_against_the_limit() -> None:
    queries = asking((0, [1, 0, 0, 0, 0]), (0, [0, 1, 0, 0, 0]), (4, [0, 0, 0, 0, 1]), (3, [0, 0, 0, 1, 0]))
    result = measure(queries, limit=0.75)
    assert (result.status, result.value, result.limit, result.n) == ("pass", 0.75, 0.75, 4)
    assert result.detail == "3 of 4 pictures found themselves (75.0%, must be 75.0%)"
    assert measure(queries, limit=0.76).status == "fail"


def test_vectors_shifted_by_one_row_fail() -> None:
    queries = asking(*((view, np.eye(5)[view].tolist()) for view in (0, 3, 4)))
    assert measure(queries).value == 1.0
    shifted = measure(queries, vectors=np.roll(VECTORS, 1, axis=0))
    assert (shifted.status, shifted.value) == ("fail", 0.0)


def test_many_rows_are_read_in_blocks() -> None:
    n = 20_000
    vectors = np.zeros((n, 5), dtype=np.float16)
    vectors[:, 1] = 1
    vectors[n - 1] = [1, 0, 0, 0, 0]
    rows = pl.DataFrame([(1, 1)] * (n - 1) + [(0, 0)], schema=ROW_COLUMNS, orient="row")
    assert measure(asking((0, [1, 0, 0, 0, 0])), vectors, rows).status == "pass"
    assert measure(asking((0, [0, 1, 0, 0, 0])), vectors, rows).status == "fail"


@pytest.mark.parametrize(
    ("reencode", "rows", "vectors", "reason"),
    [
        (asking(), ROWS, VECTORS, "none of the sampled pictures can be read again"),
        (
            asking((0, [1, 0, 0, 0, 0])),
            ROWS.with_columns(view_row=pl.lit(None)),
            VECTORS,
            "no vector stands for",
        ),
        (asking((0, [1, 0, 0, 0, 0])), ROWS[:0], VECTORS[:0], "no vector stands for a picture"),
    ],
)
def test_nothing_to_measure(
    reencode: Reencode, rows: pl.DataFrame, vectors: NDArray[np.generic], reason: str
) -> None:
    result = measure(reencode, vectors, rows.cast(dict(ROW_COLUMNS)))
    assert result.status == "not_applicable"
    assert reason in result.detail
