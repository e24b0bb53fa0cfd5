from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from pinakes.errors import IntegrityError, StorageError, UsageError
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.live import KEPT, newest_live, newest_live_file, read_live, write_live


def prices(*values: float) -> pl.DataFrame:
    return pl.DataFrame({"id": [f"i{n}" for n in range(len(values))], "price": list(values)})


def test_none_at_first(paths: CollectionPaths) -> None:
    assert newest_live(paths) is None
    assert newest_live_file(paths) is None
    assert read_live(paths) is None


def test_the_newest_counts(paths: CollectionPaths) -> None:
    assert write_live(paths, prices(1.0)) == 1
    assert write_live(paths, prices(2.0, 3.0)) == 2
    assert newest_live(paths) == 2
    found = read_live(paths)
    assert found is not None
    assert found[0] == 2
    assert found[1].equals(prices(2.0, 3.0))


def test_older_ones_go(paths: CollectionPaths) -> None:
    for value in range(12):
        write_live(paths, prices(value))
    assert sorted(path.name for path in paths.live.iterdir()) == [
        f"{number:06d}.parquet" for number in range(13 - KEPT, 13)
    ]


def test_numbers_compare_as_numbers(paths: CollectionPaths) -> None:
    paths.live.mkdir(parents=True)
    for name in ("999999.parquet", "1000000.parquet", "notes.txt", ".tmp-live.parquet"):
        prices(float(len(name))).write_parquet(paths.live / name)
    assert newest_live(paths) == 1_000_000
    assert write_live(paths, prices(1.0)) == 1_000_001


def test_writers_and_readers_at_once(paths: CollectionPaths) -> None:
    write_live(paths, prices(0.0))

    def work(number: int) -> int:
        if number % 2:
            return write_live(paths, prices(number))
        found = read_live(paths)
        assert found is not None
        return -found[1].height

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(40)))
    assert sorted(r for r in results if r > 0) == list(range(2, 22))
    assert [r for r in results if r < 0] == [-1] * 20


@pytest.mark.parametrize(
    "live",
    [
        pl.DataFrame({"price": [1.0]}),
        pl.DataFrame({"id": [1], "price": [1.0]}),
        pl.DataFrame({"id": ["a", "a"], "price": [1.0, 2.0]}),
        pl.DataFrame({"id": ["a", None], "price": [1.0, 2.0]}),
    ],
)
def test_tables_that_are_refused(paths: CollectionPaths, live: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="need a column 'id' of strings without nulls and repeats"):
        write_live(paths, live)
    assert newest_live(paths) is None


def test_damaged_file(paths: CollectionPaths) -> None:
    write_live(paths, prices(1.0))
    (paths.live / "000001.parquet").write_bytes(b"PAR1")
    with pytest.raises(IntegrityError, match=r"000001\.parquet: is not a table"):
        read_live(paths)


def test_no_folder_can_be_made(paths: CollectionPaths) -> None:
    paths.machinery.touch()
    with pytest.raises(StorageError, match="Not a directory"):
        write_live(paths, prices(1.0))
