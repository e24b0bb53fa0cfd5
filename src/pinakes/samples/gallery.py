"""The sample gallery: a folder of generated pictures, records, queries and judgements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from pinakes.cores import usable_cores
from pinakes.errors import SourceError, StorageError, UsageError
from pinakes.samples.judgements import judged, make_queries, qrels_lines
from pinakes.samples.records import FAMILIES, Record, item_id, make_record
from pinakes.samples.schema import ITEMS_FILE, gallery_settings
from pinakes.samples.studio import make_picture
from pinakes.settings import save_settings
from pinakes.types import SETTINGS_FILE

SEED = 2026
CHUNK = 20
"""Items that a worker draws before it reports."""

MARKER = "gallery.json"
RECIPE = 1
"""Raised whenever the same seed would give other pictures or other words."""

README = """Pinakes sample gallery

Everything in this folder is SYNTHETIC. The pictures were drawn by a program; the things, people, brands,
rulers, studios, prices and texts do not exist. The judgements in qrels.txt follow from the attributes in
items.jsonl alone and say nothing about any search engine.

  images/        one picture per view, 512 x 512, JPEG
  items.jsonl    one record per item
  queries.jsonl  queries in words, with what each asks for
  qrels.txt      judgements in the format of TREC: query, 0, item, grade
                 3 everything asked for, 2 all but one thing, 1 only the type or family; 0 is not listed
  pinakes.toml   settings of the collection
  gallery.json   seed and size from which all of this can be generated again
"""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A complete sample gallery.

    Attributes:
        folder: where it lies.
        size: number of items.
        seed: what it was generated from.
        pictures: number of pictures, all views counted.
        drawn: how many of them this run had to draw.
        queries: number of queries.
    """

    folder: Path
    size: int
    seed: int
    pictures: int
    drawn: int
    queries: int


def generate_gallery(
    folder: Path,
    size: int = 600,
    seed: int = SEED,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Gallery:
    """Generate the sample gallery into a new, an empty, or its own unfinished folder.

    Pictures that are already there are kept, so that a run that was stopped is completed by the next. An item
    depends on the seed and its own number alone: a larger gallery begins with the smaller one.

    Args:
        folder: where to write.
        size: number of items, at least 1.
        seed: decides everything, at least 0.
        workers: processes that draw; None: one per core. They are spawned, so that a script which calls this
            needs the usual ``if __name__ == "__main__"`` guard unless ``workers`` is 1.
        progress: called with the number of items done and of all items.

    Raises:
        UsageError: size, seed or workers are out of range.
        SourceError: the folder holds something else, or a gallery of another seed.
        StorageError: the disk refuses.
    """
    if size < 1 or seed < 0 or (workers is not None and workers < 1):
        raise UsageError(f"a gallery needs size >= 1, seed >= 0, workers >= 1; got {size}, {seed}, {workers}")
    _claim(folder, size, seed)
    drawn = _draw_missing(folder, size, seed, workers or usable_cores(), progress)
    queries = _write_judgements(folder, size, seed)
    _write_lines(folder / ITEMS_FILE, (json.dumps(r.row(), ensure_ascii=False) for r in _records(size, seed)))
    pictures = sum(len(FAMILIES[n % len(FAMILIES)].roles) for n in range(size))
    return Gallery(folder, size, seed, pictures, drawn, queries)


def _records(size: int, seed: int) -> Iterator[Record]:
    return (make_record(seed, number) for number in range(size))


def _claim(folder: Path, size: int, seed: int) -> None:
    """Make the folder this gallery's, or refuse it."""
    marker = folder / MARKER
    if folder.exists() and not folder.is_dir():
        raise SourceError(f"{folder} is a file; name a new or an empty folder for the gallery")
    if marker.exists():
        found = _read_marker(marker)
        if found != (RECIPE, seed):
            raise SourceError(
                f"{folder} holds a sample gallery of recipe {found[0]} and seed {found[1]}, not of recipe "
                f"{RECIPE} and seed {seed}; choose another folder, or empty this one"
            )
    elif folder.exists() and any(folder.iterdir()):
        raise SourceError(
            f"{folder} is not empty and is not a sample gallery; choose a new or an empty folder"
        )
    with _disk(folder):
        (folder / "images").mkdir(parents=True, exist_ok=True)
    _write(marker, json.dumps({"recipe": RECIPE, "seed": seed, "size": size, "synthetic": True}).encode())
    _write(folder / "README.txt", README.encode())
    if not (folder / SETTINGS_FILE).exists():
        save_settings(folder, gallery_settings())


def _read_marker(marker: Path) -> tuple[object, object]:
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
        return found["recipe"], found["seed"]
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceError(f"{marker} cannot be read; choose another folder, or empty this one") from None


def _draw_missing(
    folder: Path, size: int, seed: int, workers: int, progress: Callable[[int, int], None] | None
) -> int:
    """Draw the pictures that are not there yet, and return how many that were."""
    chunks = [range(start, min(start + CHUNK, size)) for start in range(0, size, CHUNK)]
    missing = [chunk for chunk in chunks if any(_undrawn(folder, chunk))]
    done = size - sum(map(len, missing))
    draw = partial(_draw_chunk, folder, seed)
    if workers == 1 or len(missing) <= 1:
        return _counted(map(draw, missing), missing, done, size, progress)
    # spawned, not forked: a forked child of a program with threads may hang in their locks
    with ProcessPoolExecutor(min(workers, len(missing)), get_context("spawn")) as pool:
        return _counted(pool.map(draw, missing), missing, done, size, progress)


def _counted(
    results: Iterable[int],
    chunks: list[range],
    done: int,
    size: int,
    progress: Callable[[int, int], None] | None,
) -> int:
    drawn = 0
    if progress:
        progress(done, size)
    for chunk, count in zip(chunks, results, strict=True):
        drawn += count
        done += len(chunk)
        if progress:
            progress(done, size)
    return drawn


def _undrawn(folder: Path, numbers: range) -> Iterator[tuple[int, str, Path]]:
    """Yield number, role and path of each picture that is not there."""
    for number in numbers:
        for role in FAMILIES[number % len(FAMILIES)].roles:
            path = folder / "images" / f"{item_id(number)}_{role}.jpg"
            if not path.exists():
                yield number, role, path


def _draw_chunk(folder: Path, seed: int, numbers: range) -> int:
    """Draw the missing pictures of some items, and return how many they were."""
    drawn = 0
    for number, role, path in _undrawn(folder, numbers):
        _write(path, make_picture(seed, number, role))
        drawn += 1
    return drawn


def _write_judgements(folder: Path, size: int, seed: int) -> int:
    """Write the queries and the judgements; return the number of queries."""
    queries = make_queries(seed, size)
    # one byte for each item and query: 10 MB for 100,000 items
    grades = np.empty((size, len(queries)), np.uint8)
    for number, record in enumerate(_records(size, seed)):
        grades[number] = judged(queries, record.attributes)
    _write_lines(folder / "queries.jsonl", (json.dumps(q.row(), ensure_ascii=False) for q in queries))
    lines = (line for i, query in enumerate(queries) for line in qrels_lines(query, grades[:, i]))
    _write_lines(folder / "qrels.txt", lines)
    return len(queries)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn what the operating system says of a failed write into an error of ours."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from None


def _write(path: Path, data: bytes) -> None:
    """Write a file under another name, then rename it: it is complete or absent."""
    temporary = path.with_name(f".{path.name}.tmp")
    with _disk(path):
        temporary.write_bytes(data)
        temporary.replace(path)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file line by line, in the same manner."""
    temporary = path.with_name(f".{path.name}.tmp")
    with _disk(path):
        with temporary.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        temporary.replace(path)
