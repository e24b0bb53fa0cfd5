"""A real ``kill -9`` at chosen moments: the next run finishes the work, repeats none, loses none."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from numpy.typing import NDArray
from workbench import ListSource, World, dump

from pinakes.catalog.items import count_items
from pinakes.catalog.lease import writer_lease
from pinakes.catalog.runs import INTERRUPTED, RunState, list_runs
from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.ingest.add import add_records
from pinakes.ingest.report import PictureCounts

ITEMS = 60
MOMENTS = [
    ("pictures", 3),  # the first chunk is being decoded
    ("cache", 1),  # its features are stored, the chunk is not
    ("items", 10),  # the first chunk is committed
    ("statement", 60),  # somewhere inside a transaction
    ("pictures", 37),
    ("cache", 4),
    ("statement", 100),
    ("items", 60),  # all chunks are committed, the run is not finished
]


def make_world(folder: Path) -> World:
    world = World(folder, cache=SQLiteCache(folder / ".pinakes" / "features.db").open())
    for number in range(ITEMS):
        if not (world.pictures / f"{number:02}.bmp").exists():
            world.paint(f"{number:02}.bmp", red=number * 4)
    return world


def records(world: World) -> ListSource:
    return ListSource([world.record(f"{number:02}", f"{number:02}.bmp") for number in range(ITEMS)])


def add_until(folder: Path, kind: str, moment: int) -> None:
    """Run in a process of its own: add, and die by SIGKILL at the given moment."""
    world = make_world(folder)
    seen = {"pictures": 0, "items": 0, "cache": 0, "statement": 0}

    def happens(what: str, number: int) -> None:
        seen[what] = number
        if seen[kind] >= moment:
            os.kill(os.getpid(), signal.SIGKILL)

    class Cache(SQLiteCache):
        def put_many(self, features: Mapping[str, NDArray[Any]], fingerprint: str) -> None:
            super().put_many(features, fingerprint)
            happens("cache", seen["cache"] + 1)

    sa.event.listen(
        world.database.engine, "after_cursor_execute", lambda *_: happens("statement", seen["statement"] + 1)
    )
    ingest = world.ingest(chunk=10, report=lambda stage, done, total: happens(stage, done))
    with writer_lease(folder / ".pinakes" / "writer.lock", "add"):
        add_records(replace(ingest, cache=Cache(folder / ".pinakes" / "features.db").open()), records(world))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "moment"), MOMENTS)
def test_a_killed_run_is_finished_by_the_next(tmp_path: Path, kind: str, moment: int) -> None:
    undisturbed, folder = make_world(tmp_path / "undisturbed"), tmp_path / "killed"
    add_records(undisturbed.ingest(), records(undisturbed))

    world = make_world(folder)
    code = (
        f"import pathlib, test_add_kill as t; t.add_until(pathlib.Path({str(folder)!r}), {kind!r}, {moment})"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    died = subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": path})
    assert died.returncode == -signal.SIGKILL
    with world.database.read() as connection:
        committed = count_items(connection)
        (run,) = list_runs(connection)
    assert run.state == RunState.RUNNING
    assert committed % 10 == 0
    assert committed == ITEMS if kind == "items" and moment == ITEMS else committed < ITEMS

    with writer_lease(folder / ".pinakes" / "writer.lock", "add"):
        report = add_records(world.ingest(chunk=10), records(world))
    assert (report.added, report.unchanged) == (ITEMS - committed, committed)
    assert report.pictures == PictureCounts(decoded=ITEMS - committed, unchanged=committed)
    assert dump(world.database) == dump(undisturbed.database)
    assert features(world) == features(undisturbed)
    with world.database.read() as connection:
        assert [(run.state, run.detail) for run in list_runs(connection)] == [
            (RunState.DONE, None),
            (RunState.FAILED, INTERRUPTED),
        ]
    for each in (world, undisturbed):
        each.database.close()
        each.cache.close()


def features(world: World) -> dict[str, list[float]]:
    digests = list(dump(world.database)["media"])
    found = world.cache.get_many(digests, world.encoder.fingerprint)
    assert len(found) == world.cache.count(world.encoder.fingerprint) == ITEMS
    return {digest: vector.tolist() for digest, vector in found.items()}
