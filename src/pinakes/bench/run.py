"""Measures systems one after the other, each in a process of its own so that none warms or crowds another."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from pinakes.bench.answers import keep_answers
from pinakes.bench.data.cases import UNFILTERED
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.job import Job, Row, Summary, read_rows, read_summary
from pinakes.bench.machine import THREAD_VARIABLES, Machine, library_versions
from pinakes.bench.systems import LIBRARIES, SAME_INDEX
from pinakes.errors import UsageError
from pinakes.ingest.progress import Report


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process measured."""

    summary: Summary
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Run:
    """Several systems on one data set.

    Attributes:
        machine: that they ran on.
        versions: of their libraries.
        threads: that each was allowed.
        job: of all of them, but for the system and its folders.
        measured: one a system.
    """

    machine: Machine
    versions: dict[str, str]
    threads: int
    dataset: Dataset
    job: Job
    measured: tuple[Measured, ...]


def run_systems(systems: Sequence[str], dataset: Dataset, job: Job, threads: int, progress: Report) -> Run:
    """Measure systems on a data set.

    Args:
        systems: their names.
        job: what to measure; system and folders are filled in here: ``out/SYSTEM`` and ``kept/SYSTEM``, or
            another system's where they share an index.
        threads: that each library may use, by its environment variables.
        progress: told how far it is.

    Raises:
        UsageError: nothing to measure.
    """
    if not systems:
        raise UsageError("name at least one system to measure")
    cases = tuple(dict.fromkeys((UNFILTERED, *job.cases)))
    # Opened anew: what this process has mapped, the memory limit of another cannot take from the page cache.
    keep_answers(Dataset.open(dataset.folder), cases, job.k, progress)
    measured = []
    for number, name in enumerate(systems):
        progress(f"measure {name}", number, len(systems))
        one = replace(
            job,
            system=name,
            cases=cases,
            dataset=dataset.folder,
            out=job.out / _folder(name),
            kept=job.kept / _folder(SAME_INDEX.get(name, name)),
        )
        measured.append(_measure(one, threads))
    progress("measure", len(systems), len(systems))
    run = Run(Machine.this(), library_versions(LIBRARIES), threads, dataset, job, tuple(measured))
    about = {
        "machine": asdict(run.machine),
        "versions": run.versions,
        "threads": threads,
        "dataset": json.loads((dataset.folder / "dataset.json").read_text(encoding="utf-8")),
        "k": job.k,
        "target": job.target,
        "cases": [str(case) for case in cases],
        "systems": list(systems),
    }
    (job.out / "run.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return run


def _folder(system: str) -> str:
    return system.replace(":", "-")


def _measure(job: Job, threads: int) -> Measured:
    """Run one job; a system that ends with an error is reported with the last line it said."""
    job.out.mkdir(parents=True, exist_ok=True)
    job.write(job.out / "job.json")
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads))}
    command = [sys.executable, "-m", "pinakes.bench.worker", str(job.out / "job.json")]
    with (job.out / "log").open("w", encoding="utf-8") as log:
        status = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False).returncode
    if status:
        said = (job.out / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = f"ended with status {status}: {said[-1] if said else 'no message'}; see {job.out.name}/log"
        return Measured(Summary(job.system, skipped=reason), [])
    return Measured(read_summary(job.out), read_rows(job.out))
