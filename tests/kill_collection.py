"""Do one thing to a collection, killed at each step in turn: ``kill_collection.py VERB FOLDER [SAMPLE]``.

A step is a call that changes the disk: a file opened for writing, written, flushed, renamed or removed, a
folder made, a transaction committed. A file that was not flushed yet is left torn, half of it, as by a power
cut. Each run is a fork of this process, which has imported everything, but itself never uses polars: its
threads would not survive the fork. After each kill a second fork looks at what is there, does the same again,
and looks once more. Prints the number of steps, and a line for every step after which something was wrong.

Without SAMPLE every step is tried, otherwise so many, spread evenly.
"""

import gc
import importlib
import json
import os
import shutil
import stat
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

import pinakes
from pinakes.catalog.database import Database
from pinakes.collection import Collection
from pinakes.ingest.inbox import Inbox, deletion, upsert
from pinakes.opening import open_engine
from pinakes.snapshots import backup as backups
from pinakes.snapshots.layout import TEMPORARY, list_snapshots
from pinakes.snapshots.refs import list_refs, read_ref
from pinakes.sources.base import Record

CHANGING = {"os.mkdir", "os.chmod", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}
KILLED, FINE, WRONG = 9, 0, 1
BASE = 30
LATE = ("numpy.ma", "polars._utils.parquet", "rapidfuzz.distance", "rapidfuzz.process")
"""Modules that are imported only when they are used, and would be so anew by every fork."""

ENOUGH = 1_000_000
"""Steps that no deed has."""

Answers = list[Any] | None
"""What is served: how many items, and (id, score) of what words and a vector find; None where nothing is."""


class Countdown:
    """Ends the process, without any cleaning up, when its steps are used up."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.lock = threading.RLock()  # files are flushed by several threads

    def step(self) -> None:
        with self.lock:
            self.left -= 1
            if self.left < 0:
                os._exit(KILLED)

    def torn(self, path: Path) -> None:
        """A step that leaves half of a file."""
        with self.lock:
            self.left -= 1
            if self.left < 0:
                self.left = ENOUGH  # tearing it is no step
                path.chmod(0o600)
                os.truncate(path, path.stat().st_size // 2)
                os._exit(KILLED)

    def install(self) -> None:
        fsync, write_parquet, write = os.fsync, pl.DataFrame.write_parquet, Database.write

        def counted_fsync(descriptor: int) -> None:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                self.torn(Path(f"/proc/self/fd/{descriptor}").readlink())
            self.step()
            fsync(descriptor)

        def counted_write(frame: pl.DataFrame, path: Path) -> None:
            self.step()
            write_parquet(frame, path)
            self.torn(path)

        @contextmanager
        def counted_transaction(database: Database) -> Iterator[sa.Connection]:
            with write(database) as connection:
                yield connection
                self.step()
            self.step()

        os.fsync = counted_fsync
        pl.DataFrame.write_parquet = counted_write  # type: ignore[method-assign,assignment]
        Database.write = counted_transaction  # type: ignore[method-assign,assignment]
        sys.addaudithook(self.audit)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        mode = str(arguments[1]) if event == "open" else ""
        if event in CHANGING or set(mode) & set("wxa+"):
            self.step()


def record(number: int, word: str) -> dict[str, Any]:
    return {"id": f"i{number:03d}", "title": f"{word} thing", "vector": [1.0, number % 7, number % 3, 0.5]}


def add(folder: Path, *numbers: int, word: str = "new") -> None:
    table = folder.with_name(f"{folder.name}-{word}.parquet")
    pl.DataFrame([record(number, word) for number in numbers]).write_parquet(table)
    Collection(folder).add(table)


def a_base(folder: Path) -> None:
    pinakes.index([record(number, "old") for number in range(BASE)], folder)


def a_base_and_deltas(folder: Path) -> None:
    a_base(folder)
    for number in range(3):
        add(folder, number, word=f"again{number}")


def unpublished(folder: Path) -> None:
    a_base(folder)
    add(folder, 3, word="again")
    Collection(folder).rollback()


def many_releases(folder: Path) -> None:
    a_base_and_deltas(folder)
    Collection(folder).compact()
    add(folder, 1, word="after")


def backed_up(folder: Path) -> None:
    a_base_and_deltas(folder)
    Collection(folder).backup(folder.with_name("kept.tar"))
    shutil.rmtree(folder)


def four_deltas(folder: Path) -> None:
    # Of a base large enough that a fifth delta is merged, not a new base written.
    pinakes.index([record(number, "old") for number in range(60)], folder)
    for number in range(4):
        add(folder, number, word=f"again{number}")


def publish(folder: Path) -> None:
    Collection(folder).publish("v0001+d0001")


def rollback(folder: Path) -> None:
    """To the first release that there was: doing so again leads no further back."""
    collection = Collection(folder)
    collection.rollback(read_ref(collection.paths, "live").history[-1].release.id)


def restore(folder: Path) -> None:
    if not folder.exists():
        backups.restore(folder.with_name("kept.tar"), folder)


def changes_waiting(folder: Path) -> None:
    a_base(folder)
    inbox = Inbox(Collection(folder).paths)
    inbox.accept([upsert(Record("", "new", title="new thing")), deletion("i004")])
    inbox.close()


@dataclass(frozen=True)
class Deed:
    """What is done, and to what."""

    prepare: Callable[[Path], None]
    act: Callable[[Path], object]


DEEDS = {
    "index": Deed(lambda folder: None, a_base),
    "delta": Deed(a_base, lambda folder: add(folder, 2, BASE, word="new")),
    "delete": Deed(a_base, lambda folder: Collection(folder).delete(["i004"])),
    "drain": Deed(changes_waiting, lambda folder: Collection(folder).drain()),
    "merge": Deed(four_deltas, lambda folder: add(folder, 5)),
    "freeze": Deed(unpublished, lambda folder: Collection(folder).freeze()),
    "publish": Deed(unpublished, publish),
    "rollback": Deed(a_base_and_deltas, rollback),
    "compact": Deed(a_base_and_deltas, lambda folder: Collection(folder).compact()),
    "prune": Deed(many_releases, lambda folder: Collection(folder).prune(keep=1)),
    "backup": Deed(a_base_and_deltas, lambda folder: Collection(folder).backup(folder.with_name("new.tar"))),
    "restore": Deed(backed_up, restore),
}


def answers(folder: Path) -> Answers:
    """What is served; None where nothing is."""
    if not (folder / "pinakes.toml").exists() or not list_refs(Collection(folder).paths):
        return None
    with open_engine(folder) as engine:
        found = engine.search("thing again new", top=100), engine.search(vector=[1, 0, 0, 0], top=100)
        return [len(engine), *([[hit.id, hit.score] for hit in results] for results in found)]


def sound_answers(folder: Path) -> Answers:
    """What is served, by a collection in which nothing is damaged."""
    found = answers(folder)
    if found is not None:
        problems = Collection(folder).verify().problems
        assert not problems, problems
    return found


def restored(file: Path) -> Answers:
    """What a backup holds; None where there is none."""
    if not file.exists():
        return None
    into = file.with_name("restored")
    backups.restore(file, into)
    return answers(into)


def check(deed: Deed, folder: Path, old: Answers, new: Answers) -> None:
    """Look at what a kill left, do the deed again, and look once more."""
    left = sound_answers(folder)
    assert left in (old, new), f"serves neither the old nor the new: {left}"
    backup = folder.with_name("new.tar")
    assert restored(backup) in (None, old), "a backup that is there is not whole"
    deed.act(folder)
    assert sound_answers(folder) == new, "doing it again did not finish it"
    paths = Collection(folder).paths
    assert {path.name for path in paths.snapshots.iterdir()} == set(map(str, list_snapshots(paths)))
    assert not [path for path in paths.refs.iterdir() if path.name.startswith(TEMPORARY)]


def in_fork(work: Callable[[], None]) -> int:
    """Do some work in a fork of this process, and return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
            os._exit(WRONG)
        os._exit(FINE)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def copy_of(prepared: Path, target: Path) -> Path:
    shutil.copytree(prepared, target)
    return target / "collection"


def killed(deed: Deed, folder: Path, steps: int) -> None:
    Countdown(steps).install()
    deed.act(folder)


def count_steps(deed: Deed, folder: Path, out: Path) -> None:
    """Do the deed undisturbed, and note its steps and what is served before and after."""
    old = answers(folder)
    countdown = Countdown(ENOUGH)
    countdown.install()
    deed.act(folder)
    steps, countdown.left = ENOUGH - countdown.left, ENOUGH  # so that noting it is no step
    out.write_text(json.dumps([steps, old, answers(folder)]))


def main(verb: str, place: Path, sample: int | None) -> int:
    for module in LATE:
        importlib.import_module(module)
    gc.freeze()  # a fork that collects would copy every page of what it inherited
    deed = DEEDS[verb]
    prepared, undisturbed = place / "prepared", place / "undisturbed.json"
    prepared.mkdir(parents=True)
    assert in_fork(lambda: deed.prepare(prepared / "collection")) == FINE
    assert in_fork(lambda: count_steps(deed, copy_of(prepared, place / "whole"), undisturbed)) == FINE
    steps, old, new = json.loads(undisturbed.read_text())
    last = steps - 1
    chosen = range(steps) if sample is None else sorted({n * last // (sample - 1) for n in range(sample)})
    wrong = []
    for step in chosen:
        folder = copy_of(prepared, place / f"{step:04d}")
        status = in_fork(lambda step=step, folder=folder: killed(deed, folder, step))  # type: ignore[misc]
        fine = in_fork(lambda folder=folder: check(deed, folder, old, new)) == FINE  # type: ignore[misc]
        if status != KILLED or not fine:
            wrong.append(step)
            print(f"{verb}: something was wrong after step {step} of {steps}")  # noqa: T201
        else:
            shutil.rmtree(folder.parent)
    print(f"{verb}: {steps} steps, {len(chosen)} kills, {len(wrong)} wrong")  # noqa: T201
    return WRONG if wrong else FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None))
