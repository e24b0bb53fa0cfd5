"""``pinakes bench``: how fast, how complete and how large, beside the libraries one would use instead."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer
from numpy.typing import NDArray

from pinakes.bench.data.cases import SELECTIVITIES, UNFILTERED, filter_cases
from pinakes.bench.data.dataset import Dataset, extend_dataset, generate_dataset
from pinakes.bench.data.spectrum import CLIP, fit_spectrum
from pinakes.bench.job import Job
from pinakes.bench.report import Line, as_json, lines
from pinakes.bench.run import Run, run_systems
from pinakes.bench.systems import ENGINES, INDEXES, check_system
from pinakes.cli.options import Json
from pinakes.cli.output import console, print_json, print_notes, table
from pinakes.cli.progress import progress_bars
from pinakes.cores import usable_cores
from pinakes.errors import UsageError
from pinakes.ingest.progress import Report
from pinakes.opening import open_engine
from pinakes.sources.npy import open_vectors

GROUPS = {"indexes": INDEXES, "engines": ENGINES, "all": (*INDEXES, *ENGINES)}
"""Names that stand for several systems."""

UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def bench(
    source: Annotated[
        Path | None,
        typer.Argument(help="Vectors (.npy), or a collection's folder.", metavar="[FILE.npy | DIR]"),
    ] = None,
    queries: Annotated[
        list[Path] | None,
        typer.Option(
            "--queries", help="Queries (.npy), none of them a row; may be repeated.", metavar="FILE"
        ),
    ] = None,
    synthetic: Annotated[
        int, typer.Option("--synthetic", help="Generate vectors until there are so many.", min=0)
    ] = 0,
    spectrum: Annotated[
        Path | None,
        typer.Option(
            "--spectrum", help="Generate vectors like these instead of like CLIP's.", metavar="FILE"
        ),
    ] = None,
    space: Annotated[str | None, typer.Option("--space", help="Which vectors of a collection.")] = None,
    systems: Annotated[
        list[str] | None,
        typer.Option("--system", help="What to measure: a name, indexes, engines or all; may be repeated."),
    ] = None,
    shares: Annotated[
        list[float] | None,
        typer.Option("--filter", help="Measure filters that pass this share of the rows; may be repeated."),
    ] = None,
    filters: Annotated[bool, typer.Option("--filters", help="Measure filters from 0.01 % to 100 %.")] = False,
    once: Annotated[
        bool,
        typer.Option("--once", help="Measure each filter also where every query has one of its own."),
    ] = False,
    top: Annotated[int, typer.Option("-n", "--top", "--limit", help="Rows of an answer.", min=1)] = 10,
    recall: Annotated[
        float, typer.Option("--recall", help="Spend as much effort as this recall needs.", min=0, max=1)
    ] = 0.99,
    count: Annotated[int, typer.Option("--count", help="Generated queries of each kind.", min=8)] = 240,
    seconds: Annotated[
        float, typer.Option("--seconds", help="Of measuring, for each filter and kind.")
    ] = 5.0,
    threads: Annotated[
        int | None, typer.Option("--threads", help="That each library may use; all cores by default.")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory-limit", help="Search within so much memory, page cache included: 4GB."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Measure every effort, for latency against recall.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of everything that is drawn.")] = 0,
    out: Annotated[Path, typer.Option("--out", help="Folder for raw rows and reports.")] = Path("bench"),
    work: Annotated[
        Path | None,
        typer.Option("--work", help="Folder for data and indexes, used again; OUT/work by default."),
    ] = None,
    json: Json = False,
) -> None:
    """Measure latency, recall, throughput, build time, memory and disk of Pinakes and its peers."""
    names = _systems(systems)
    cases = filter_cases(SELECTIVITIES if filters else tuple(shares or ()), once=once)
    if once and not cases:
        raise UsageError("--once is of filters: name some with --filter 0.05, or --filters for all")
    kept = work or out / "work"
    with progress_bars(quiet=json) as progress:
        dataset = _dataset(
            source,
            queries or [],
            synthetic,
            spectrum,
            space,
            count=count,
            seed=seed,
            kept=kept,
            progress=progress,
        )
        cores = usable_cores()
        job = Job(
            system="",
            dataset=dataset.folder,
            out=out.absolute(),
            kept=dataset.folder / "indexes",
            cases=(UNFILTERED, *cases),
            k=top,
            target=recall,
            seconds=seconds,
            clients=cores,
            limit=None if memory is None else _bytes(memory),
            sweep=sweep,
        )
        run = run_systems(names, dataset, job, threads or cores, progress)
    if json:
        print_json(as_json(run))
    else:
        print_run(run)


def _systems(asked: Sequence[str] | None) -> tuple[str, ...]:
    names = [one for name in asked or ["indexes"] for one in GROUPS.get(name, (name,))]
    for name in names:
        check_system(name)
    return tuple(dict.fromkeys(names))


def _dataset(
    source: Path | None,
    queries: Sequence[Path],
    synthetic: int,
    spectrum: Path | None,
    space: str | None,
    *,
    count: int,
    seed: int,
    kept: Path,
    progress: Report,
) -> Dataset:
    if source is None:
        if not synthetic:
            raise UsageError("name what to search: FILE.npy, a collection's folder, or --synthetic 100000")
        if queries:
            raise UsageError(
                "generated vectors bring their own queries: leave --queries out, or name FILE.npy"
            )
        shape = CLIP if spectrum is None else fit_spectrum(_vectors(spectrum), spectrum.name)
        stem = "clip" if spectrum is None else spectrum.stem
        folder = kept / f"{stem}-{synthetic}-{seed}"
        return generate_dataset(folder, shape, rows=synthetic, queries=count, seed=seed, progress=progress)
    vectors = _collection_vectors(source, space) if source.is_dir() else _vectors(source)
    name = source.resolve().name
    found = {path.stem: _vectors(path) for path in queries}
    folder = kept / f"{Path(name).stem}-{synthetic}-{seed}"
    return extend_dataset(folder, vectors, found, name=name, rows=synthetic, seed=seed, progress=progress)


def _collection_vectors(folder: Path, space: str | None) -> NDArray[np.float32]:
    with open_engine(folder) as engine:
        spaces = engine.spaces if space is None else (space,)
        if len(spaces) != 1:
            raise UsageError(f"{folder} has the spaces {', '.join(spaces)}: choose one with --space")
        return engine.vectors(spaces[0])[1]


def _vectors(path: Path) -> NDArray[np.floating]:
    return cast("NDArray[np.floating]", open_vectors(path))


def _bytes(text: str) -> int:
    match = re.fullmatch(r"([0-9.]+)\s*([kmg]?)(i?b)?", text.strip().lower())
    if match is None:
        raise UsageError(f"{text!r} is no amount of memory, such as 4GB")
    return int(float(match[1]) * UNITS[match[2]])


def print_run(run: Run) -> None:
    """Print a run as tables for people."""
    screen = console()
    screen.print(str(run.machine))
    screen.print(", ".join(f"{name} {version}" for name, version in run.versions.items()))
    rows, dim = run.dataset.rows.shape
    kind = "synthetic" if run.dataset.synthetic else "real"
    screen.print(f"{rows:,} x {dim} float16, {kind}: {run.dataset.source}")
    k = run.job.k
    screen.print(f"{run.threads} threads a library; efforts chosen for recall@{k} >= {run.job.target}\n")
    summed = [line for measured in run.measured for line in lines(measured, ("cold", "measure"))]
    right = (f"recall@{k}", "p50 ms", "p95 ms", "p99 ms", "queries")
    screen.print(
        table("system", "filter", *right, "effort", rows=[_row(line) for line in summed], right=right)
    )
    screen.print()
    sizes = ("build s", "open s", "build peak MB", "search peak MB", "disk MB", "queries/s")
    screen.print(table("system", *sizes, "built with", rows=_summaries(run), right=sizes))
    print_notes(f"{m.summary.system}: {m.summary.skipped}" for m in run.measured if m.summary.skipped)
    for measured in run.measured:
        if (peak := measured.summary.limit_peak) is not None:
            times = measured.summary.evictions
            held = f"at most {peak / 2**30:.2f} GiB, page cache included"
            screen.print(f"{measured.summary.system}: {held}; taken from the cache {times} times")
    screen.print(f"raw rows: {run.job.out}")


def _row(line: Line) -> tuple[object, ...]:
    latency = line.latency
    found = None if line.recall is None else f"{line.recall:.4f}"
    case = f"{line.case} (cold)" if line.phase == "cold" else line.case
    times = (f"{one:.2f}" for one in (latency.p50, latency.p95, latency.p99))
    return (line.system, case, found, *times, latency.queries, line.effort or None)


def _summaries(run: Run) -> list[tuple[object, ...]]:
    def megabytes(value: int | None) -> str | None:
        return None if value is None else f"{value / 2**20:,.0f}"

    return [
        (
            one.system,
            None if one.build_seconds is None else f"{one.build_seconds:.1f}",
            None if one.open_seconds is None else f"{one.open_seconds:.2f}",
            megabytes(one.build_peak),
            megabytes(one.search_peak),
            megabytes(one.disk),
            f"{next(iter((one.queries_per_second or {'': 0.0}).values())):,.0f}",
            ", ".join(f"{name} {value}" for name, value in (one.settings or {}).items()),
        )
        for one in (measured.summary for measured in run.measured)
        if one.skipped is None
    ]
