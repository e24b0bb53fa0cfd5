"""Items added a hundred a second while eight threads search: nothing missing, nothing doubled, and how fast.

Run: ``python -m benchmarks.live_updates [ITEMS ...] [--seconds N]``; by default with 10,000 and 100,000
items, two minutes each, after setting up and half a minute without changes. Changes go through the inbox, as
over HTTP, and another process drains it. Every answer is held against a model: what an item was is known from
every version of it that was asked for: an answer must show the latest version that any answer before it
has shown, or a later one.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import polars as pl

import pinakes
from benchmarks.budget import verdict
from pinakes.bench.machine import describe_machine
from pinakes.collection import Collection
from pinakes.engine import Engine
from pinakes.ingest.inbox import ChangeRequest, Inbox, deletion, upsert
from pinakes.serving.writer import drain_until_told
from pinakes.sources.base import Record

DIM, THREADS, RATE, QUIET = 512, 8, 100, 15.0
SLOWER, VISIBLE = 2.0, 2.0
"""Budgets: p95 of searches against the quiet one, and seconds until 95 of 100 added items are found."""

WORDS_WEIGHT = 0.1
"""Of the words in the fusion: so little that at most eight items can come before the nearest one."""

TICK = 0.1
"""Seconds between two requests with a tenth of a second's changes."""

WORDS = (
    "amber",
    "basalt",
    "copper",
    "denim",
    "ebony",
    "flax",
    "glass",
    "hemp",
    "iron",
    "jade",
    "kelp",
    "linen",
)


def vector_of(number: int) -> np.ndarray:
    """Return the vector of an item, whatever its version: nothing is nearer to it than the item itself."""
    vector = np.random.default_rng(number).standard_normal(DIM).astype(np.float32)
    return vector / np.linalg.norm(vector)


def title_of(number: int, version: int) -> str:
    """Return words, the same for every item of a number, and which version it is."""
    return f"{WORDS[number % 12]} {WORDS[number // 12 % 12]} version {version}"


@dataclass
class Model:
    """What was asked for, and what was seen.

    Attributes:
        asked: by item, for each version whether the item is there then; version 0 is the beginning.
        seen: by item, the version that the latest answer showed.
        wrong: what an answer should not have shown.
        errors: searches that failed.
    """

    asked: dict[int, list[bool]] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def floor(self, number: int) -> int:
        """Return the version that an answer that begins now must show at least."""
        with self.lock:
            return self.seen.get(number, 0)

    def observe(self, number: int, floor: int, version: int | None) -> None:
        """Check what an answer showed of an item.

        Args:
            number: of the item.
            floor: as it was when the search began.
            version: the version shown; None where the item was not found.
        """
        with self.lock:
            asked = self.asked[number]
            allowed = [v for v in range(floor, len(asked)) if (asked[v] if v == version else not asked[v])]
            if version is not None:
                allowed = [v for v in allowed if v == version]
            if not allowed:
                self.wrong.append(f"item {number}: version {version} after {floor} of {asked}")
                return
            self.seen[number] = max(self.seen.get(number, 0), allowed[0])


@dataclass(frozen=True)
class Figures:
    """What was measured: milliseconds of searches, seconds until probes were found, seconds of changing."""

    quiet: np.ndarray
    busy: np.ndarray
    alone: np.ndarray
    delays: np.ndarray
    changes: int
    seconds: float
    wrong: tuple[str, ...]
    errors: tuple[str, ...]
    left: int

    def __str__(self) -> str:
        quiet, busy = (np.percentile(ms, [50, 95, 99]) for ms in (self.quiet, self.busy))
        return (
            f"searches quiet: {len(self.quiet):,}, p50 {quiet[0]:.1f} ms, p95 {quiet[1]:.1f} ms, "
            f"p99 {quiet[2]:.1f} ms\n"
            f"searches while {self.changes:,} changes were made: {len(self.busy):,}, p50 {busy[0]:.1f} ms, "
            f"p95 {busy[1]:.1f} ms, p99 {busy[2]:.1f} ms\n"
            f"visible after, with nothing else going on: {_delays(self.alone)}\n"
            f"visible after, meanwhile: {_delays(self.delays)}"
        )

    def verdicts(self) -> list[str]:
        """Return a line for each budget."""
        ratio = float(np.percentile(self.busy, 95) / np.percentile(self.quiet, 95))
        delay = float(np.percentile(self.delays, 95)) if len(self.delays) else float("inf")
        return [
            verdict("errors", len(self.errors), 0),
            verdict("items missing, doubled or stale in an answer", len(self.wrong), 0),
            verdict("changes that still waited half a minute after the end", self.left, 0),
            verdict("changes asked for a second", self.changes / self.seconds, 0.98 * RATE, most=False),
            verdict("p95 against the quiet one", ratio, SLOWER, "x"),
            verdict("visible after, p95, meanwhile", delay, VISIBLE, " s"),
        ]


def _delays(seconds: np.ndarray) -> str:
    if not len(seconds):
        return "no probe"
    middle, high = np.percentile(seconds, [50, 95])
    return f"{len(seconds)} probes, p50 {middle:.2f} s, p95 {high:.2f} s, at most {seconds.max():.2f} s"


def build(folder: Path, items: int) -> None:
    """Index items with a vector each."""
    vectors = np.stack([vector_of(number) for number in range(items)])
    frame = pl.DataFrame(
        {
            "id": [str(number) for number in range(items)],
            "title": [title_of(number, 0) for number in range(items)],
            "vector": vectors,
        }
    )
    pinakes.index(frame, folder, waive=("synthetic",))
    with (folder / "pinakes.toml").open(
        "a"
    ) as settings:  # generated vectors are what this gate is there to refuse
        settings.write('\n[gates]\nwaive = ["synthetic"]\n')


def measure(folder: Path, items: int, seconds: float, quiet: float = QUIET, rate: int = RATE) -> Figures:
    """Search, then search while items are added, replaced and deleted."""
    inbox = Inbox(Collection(folder).paths)
    model = Model({number: [True] for number in range(items)})
    with pinakes.open(folder) as engine, draining(folder):
        alone = Prober(engine, inbox, model)
        alone.run(time.monotonic() + quiet)
        before = searching(engine, model, items, quiet, lambda deadline: time.sleep(quiet))
        writer = Writer(inbox, model, items, rate)
        prober = Prober(engine, inbox, model, first=20_000_000)

        def write(deadline: float) -> None:
            probing = threading.Thread(target=prober.run, args=(deadline,))
            probing.start()
            writer.run(deadline)
            probing.join()

        during = searching(engine, model, items, seconds, write)
        deadline = time.monotonic() + 30
        while inbox.waiting() and time.monotonic() < deadline:
            time.sleep(TICK)
        left = inbox.waiting()
        engine.refresh()
        for number in list(model.asked)[-1000:] if not left else ():
            look(engine, model, number, final=True)
        inbox.close()
    return Figures(
        before,
        during,
        np.array(alone.delays),
        np.array(prober.delays),
        changes=writer.changes,
        seconds=seconds,
        wrong=tuple(model.wrong),
        errors=tuple(model.errors),
        left=left,
    )


@contextmanager
def draining(folder: Path) -> Iterator[None]:
    """Drain the inbox in another process."""
    process = multiprocessing.get_context("spawn").Process(
        target=drain_until_told, args=(folder, os.getpid())
    )
    process.start()
    paths = Collection(folder).paths
    while not paths.inbox_lock.exists():
        time.sleep(TICK)
    try:
        yield
    finally:
        process.terminate()
        process.join()


def searching(
    engine: Engine, model: Model, items: int, seconds: float, meanwhile: Callable[[float], None]
) -> np.ndarray:
    """Search with eight threads while something else happens, and return the milliseconds of each search."""
    deadline = time.monotonic() + seconds
    times: list[list[float]] = [[] for _ in range(THREADS)]

    def search(thread: int) -> None:
        random = Random(thread)
        while time.monotonic() < deadline:
            with model.lock:
                newest = len(model.asked)
            recent = random.random() < 0.5 and newest > items
            number = (
                random.randrange(max(items, newest - 3 * RATE), newest) if recent else random.randrange(items)
            )
            begun = time.perf_counter()
            look(engine, model, number)
            times[thread].append(1000 * (time.perf_counter() - begun))

    threads = [threading.Thread(target=search, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    meanwhile(deadline)
    for thread in threads:
        thread.join()
    return np.concatenate([np.array(part) for part in times])


def look(engine: Engine, model: Model, number: int, *, final: bool = False) -> bool:
    """Search for an item by its vector and a word, check the answer, and return whether the item is in it."""
    floor = len(model.asked[number]) - 1 if final else model.floor(number)
    try:
        results = engine.search(
            vector=vector_of(number), text=WORDS[number % 12], weights={"words": WORDS_WEIGHT}, top=10
        )
    except Exception as error:
        model.errors.append(f"item {number}: {type(error).__name__}: {error}")
        return False
    ids = [hit.id for hit in results]
    if len(set(ids)) != len(ids):
        model.wrong.append(f"item {number}: an id stands twice in {ids}")
    titles = {hit.id: hit.title for hit in results}
    found = titles.get(str(number))
    model.observe(number, floor, int(found.rpartition(" ")[2]) if found is not None else None)
    return found is not None


@dataclass
class Writer:
    """Adds, replaces and deletes items at a steady rate."""

    inbox: Inbox
    model: Model
    items: int
    rate: int
    changes: int = 0

    def run(self, deadline: float) -> None:
        random, number, begun = Random(0), self.items, time.monotonic()
        while time.monotonic() < deadline:
            asked = []
            while self.changes < (time.monotonic() - begun) * self.rate:
                if random.random() < 0.9:  # new; a tenth changes or takes away what is there
                    asked.append(ask(self.model, number, present=True))
                    number += 1
                else:
                    asked.append(ask(self.model, random.randrange(number), present=random.random() < 0.7))
                self.changes += 1
            self.inbox.accept(asked)
            time.sleep(TICK)


@dataclass
class Prober:
    """Adds one item at a time, and looks until it is found."""

    engine: Engine
    inbox: Inbox
    model: Model
    first: int = 10_000_000
    delays: list[float] = field(default_factory=list)

    def run(self, deadline: float) -> None:
        number = self.first
        while time.monotonic() < deadline - 2:
            number += 1
            self.inbox.accept([ask(self.model, number, present=True, sampled=False)])
            begun = time.monotonic()
            while time.monotonic() < begun + 30:
                if self.engine.search(vector=vector_of(number), top=1).ids == (str(number),):
                    break
                time.sleep(0.02)
            self.delays.append(time.monotonic() - begun)


def ask(model: Model, number: int, *, present: bool, sampled: bool = True) -> ChangeRequest:
    """Ask for the next version of an item, and tell the model."""
    version = 1
    if sampled:
        with model.lock:
            versions = model.asked.setdefault(number, [False])
            versions.append(present)
            version = len(versions) - 1
    if not present:
        return deletion(str(number))
    return upsert(Record("", str(number), title_of(number, version), vectors={"vector": vector_of(number)}))


def main() -> int:
    """Print the figures for each size; return 1 if an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("items", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=120.0)
    asked = parser.parse_args()
    failed = False
    for items in asked.items:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{items:,} items of {DIM} dimensions; {describe_machine()}", flush=True)
            begun = time.monotonic()
            build(Path(folder), items)
            print(f"set up in {time.monotonic() - begun:.0f} s", flush=True)
            figures = measure(Path(folder), items, asked.seconds, min(QUIET, asked.seconds))
            print(figures)
            print("\n".join(figures.verdicts()), flush=True)
            for line in (*figures.errors[:10], *figures.wrong[:10]):
                print(f"  {line}")
            failed |= bool(figures.errors or figures.wrong) or figures.left > 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
