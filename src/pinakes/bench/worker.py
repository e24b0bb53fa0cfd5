"""Measures one system in a process of its own: ``python -m pinakes.bench.worker JOB.json``."""

import json
import statistics
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from pinakes.bench import memory
from pinakes.bench.answers import read_answers
from pinakes.bench.data.cases import UNFILTERED, Case
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.job import Job, Row, Summary
from pinakes.bench.limit import MemoryLimit, evict
from pinakes.bench.statistics import recall, repeats
from pinakes.bench.systems import load_system
from pinakes.bench.systems.base import System
from pinakes.errors import MissingExtraError
from pinakes.kernels.similarity import cosine_scores

TUNING = 40
"""Queries of each kind, the last ones, that only decide about the effort."""

WARMING = 5
"""Queries before a measurement that are not counted."""

MINIMUM = 20
"""Queries of a measurement at least, however slow."""

COLD = 100
"""Queries after the page cache was emptied."""


def main(path: Path) -> None:
    """Measure what a job file says, and leave ``rows.jsonl`` and ``summary.json`` in its folder."""
    job = Job.read(path)
    try:
        system = load_system(job.system)
    except MissingExtraError as error:
        summary = Summary(job.system, skipped=str(error))
    else:
        with (job.out / "rows.jsonl").open("w", encoding="utf-8") as lines:
            summary = Measurement(job, Dataset.open(job.dataset), system, lines).run()
    text = json.dumps(asdict(summary), indent=2)
    (job.out / "summary.json").write_text(text + "\n", encoding="utf-8")


class Measurement:
    """One system on one data set."""

    def __init__(self, job: Job, dataset: Dataset, system: System, lines: TextIO) -> None:
        self._job, self._dataset, self._system, self._lines = job, dataset, system, lines
        self._efforts: dict[Case, int] = {}

    def run(self) -> Summary:
        """Build or open, tune, measure, and sum up."""
        job, system = self._job, self._system
        opened, built, build_peak = self._prepare()
        memory.forget_peak()
        files = [*memory.files_below(job.kept), *memory.files_below(job.dataset)]
        watch = MemoryLimit(job.limit, files) if job.limit is not None else None
        try:
            with watch or nullcontext():
                for case in job.cases:
                    self._efforts[case] = self._tuned(case)
                if job.limit is not None:
                    evict(files)
                    self._measure("cold", UNFILTERED, COLD)
                for case in job.cases:
                    self._measure("measure", case, None)
                if job.sweep:
                    self._sweep()
                again = [case for case in job.cases if job.clients and not case.once]
                throughput = {str(case): self._throughput(case) for case in again}
            peak = memory.peak_resident() + sum(memory.resident(pid).all for pid in system.processes())
            settings = dict(system.settings())
        finally:
            system.close()
        return Summary(
            system=job.system,
            settings=settings,
            filters=system.filters,
            effort_name=system.effort_name,
            answers=system.answers,
            build_seconds=built,
            build_peak=build_peak,
            open_seconds=opened,
            search_peak=peak,
            disk=memory.disk_usage(job.kept),
            queries_per_second=throughput,
            limit_peak=watch.peak if watch else None,
            evictions=watch.evictions if watch else None,
        )

    def _prepare(self) -> tuple[float | None, float | None, int | None]:
        """Return seconds to open, seconds to build, and the memory peak of the build."""
        job, system = self._job, self._system
        done = job.kept / "built.json"
        if done.exists():
            memory.drop_cached(memory.files_below(job.kept))
            begun = time.perf_counter()
            system.open(self._dataset, job.kept)
            about = json.loads(done.read_text(encoding="utf-8"))
            return time.perf_counter() - begun, about["seconds"], about["peak"]
        _empty(job.kept)
        begun = time.perf_counter()
        with memory.OwnPeak() as own:
            system.build(self._dataset, job.kept)
        seconds = time.perf_counter() - begun
        peak = own.bytes + sum(memory.resident(pid).all for pid in system.processes())
        done.write_text(json.dumps({"seconds": seconds, "peak": peak}), encoding="utf-8")
        return None, seconds, peak

    def _tuned(self, case: Case) -> int:
        """Return the least effort that reaches the target, or the greatest; a scan where that is quicker."""
        efforts, target = self._system.efforts, self._job.target
        tried: dict[int, tuple[float, float]] = {}

        def reaches(effort: int) -> bool:
            tried[effort] = self._tried(case, effort)
            return tried[effort][0] >= target

        # More effort never finds less, so that the first that is enough is found by halving.
        effort = efforts[bisect_left(efforts[:-1], True, key=reaches)]
        scan = self._system.scan
        if scan is not None and reaches(scan):
            recall, ms = tried.get(effort) or self._tried(case, effort)
            if recall < target or tried[scan][1] < ms:
                return scan
        return effort

    def _tried(self, case: Case, effort: int) -> tuple[float, float]:
        """Return recall on the worst kind of query, and median milliseconds, of an effort."""
        self._system.spend(effort)
        worst, milliseconds = 1.0, []
        for kind in self._dataset.queries:
            rows = self._ask("tune", case, kind, effort, numbers=self._tuning(kind))
            worst = min(worst, _mean_recall(rows))
            milliseconds += [row.milliseconds for row in rows]
        return worst, statistics.median(milliseconds)

    def _sweep(self) -> None:
        for effort in self._system.efforts:
            self._system.spend(effort)
            for kind in self._dataset.queries:
                self._ask("sweep", UNFILTERED, kind, effort, numbers=self._measured(kind))
        for case in self._job.cases:
            if self._efforts[case] != self._efforts[UNFILTERED]:
                self._measure("fixed", case, None)

    def _measure(self, phase: str, case: Case, limit: int | None) -> None:
        effort = self._efforts[UNFILTERED if phase == "fixed" else case]
        self._system.spend(effort)
        for kind in self._dataset.queries:
            numbers = self._measured(kind)[:limit]
            self._ask(phase, case, kind, effort, numbers=numbers)

    def _measured(self, kind: str) -> range:
        count = len(self._dataset.queries[kind])
        return range(count - min(TUNING, count // 4))

    def _tuning(self, kind: str) -> range:
        count = len(self._dataset.queries[kind])
        return range(count - min(TUNING, count // 4), count)

    def _ask(self, phase: str, case: Case, kind: str, effort: int, *, numbers: Sequence[int]) -> list[Row]:
        """Ask queries one after the other until the time is up, write a row for each, and return the rows."""
        dataset, k = self._dataset, self._job.k
        queries = dataset.queries[kind]
        filters = dataset.filters(kind, case)
        if phase != "cold":
            for number in self._tuning(kind)[-WARMING:]:
                self._system.search(queries[number], k, filters[number])
        answers: list[tuple[int, float, NDArray[np.int64]]] = []
        begun = time.perf_counter()
        for number in numbers:
            start = time.perf_counter()
            if start - begun > self._job.seconds and len(answers) >= MINIMUM:
                break
            rows = self._system.search(queries[number], k, filters[number])
            answers.append((number, (time.perf_counter() - start) * 1e3, rows))
        asked = []
        truths = read_answers(dataset, kind, case, k)
        for number, milliseconds, rows in answers:
            where, truth = filters[number], truths[number]
            share = None
            if self._system.ranks_vectors:
                scores = cosine_scores(dataset.rows[rows], queries[number])
                columns = {name: values[rows] for name, values in dataset.columns.items()}
                allowed = np.ones(len(rows), dtype=bool) if where is None else where.mask(columns)
                share = recall(rows, scores, allowed, truth.floor, len(truth.rows))
            row = Row(
                phase,
                str(case),
                kind,
                number,
                effort,
                milliseconds,
                tuple(rows.tolist()),
                share,
                repeats(rows),
            )
            self._lines.write(json.dumps(asdict(row)) + "\n")
            asked.append(row)
        return asked

    def _throughput(self, case: Case) -> float:
        """Return queries a second with several threads asking."""
        dataset, k = self._dataset, self._job.k
        kind = next(iter(dataset.queries))
        queries = dataset.queries[kind]
        filters = dataset.filters(kind, case)
        numbers = self._measured(kind)
        self._system.spend(self._efforts[case])
        until = time.perf_counter() + min(2.0, self._job.seconds)
        counts = [0] * self._job.clients

        def ask(client: int) -> None:
            while time.perf_counter() < until:
                number = numbers[(client * 31 + counts[client]) % len(numbers)]
                self._system.search(queries[number], k, filters[number])
                counts[client] += 1

        threads = [threading.Thread(target=ask, args=(client,)) for client in range(self._job.clients)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - begun)


def _mean_recall(rows: Sequence[Row]) -> float:
    """Return the mean recall; 1.0 where the order is not that of the vectors, and none can be told."""
    return statistics.fmean(1.0 if row.recall is None else row.recall for row in rows)


def _empty(folder: Path) -> None:
    if folder.exists():
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
