"""The command that builds and measures indexes."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from pinakes.cli.options import Folder, Json
from pinakes.cli.output import console, print_json, say, table
from pinakes.cli.progress import progress_bars
from pinakes.collection import Collection
from pinakes.indexes.stored import IndexRecord, Rung
from pinakes.ingest.indexing.tune import GATE
from pinakes.sources.npy import open_vectors


def tune(
    folder: Folder,
    space: Annotated[str | None, typer.Option(help="One vector space; all when not given.")] = None,
    index: Annotated[
        list[str] | None, typer.Option(help="An index to try, such as int8 or pq:2; may be repeated.")
    ] = None,
    recall: Annotated[
        float, typer.Option(help="Recall@10 and @100 that an index must reach.", min=0.0, max=1.0)
    ] = GATE,
    queries: Annotated[
        Path | None, typer.Option(help="Real query vectors, an .npy of shape (n, dim).")
    ] = None,
    json: Json = False,
) -> None:
    """Measure every index on the collection's own vectors, and keep the fastest that finds enough."""
    with progress_bars(quiet=json) as report:
        records = Collection(folder, report).tune(
            families=index or None,
            space=space,
            gate=recall,
            queries=None if queries is None else open_vectors(queries).astype(np.float32),
        )
    if not records and not json:
        say("no vectors: words alone need no index")
    if json:
        print_json({name: asdict(record) for name, record in records.items()})
        return
    for name, record in records.items():
        _show(name, record)


def _show(space: str, record: IndexRecord) -> None:
    screen = console()
    screen.print(f"[bold]{space}[/]: {record.rows} vectors of {record.dim} dimensions")
    screen.print(f"queries: {record.queries}")
    kept = {_key(rung) for rung in (record.exhaustive, record.approximate) if rung is not None}
    rows = [
        (
            "*" if _key(rung) in kept else "",
            rung.family,
            rung.effort or None,
            f"{rung.recall10:.4f}",
            f"{rung.low10:.3f}-{rung.high10:.3f}",
            f"{rung.recall100:.4f}",
            None if rung.filtered_recall is None else f"{rung.filtered_recall:.4f}",
            None if rung.filtered is None else f"{rung.filtered:.2f}",
            f"{rung.ms:.2f}",
            None if rung.filtered_ms is None else f"{rung.filtered_ms:.2f}",
            f"{rung.build_s:.1f}",
            f"{rung.bytes / 1e6:.1f}",
        )
        for rung in record.table
    ]
    found = ("effort", "recall@10", "recall@100", "filtered@10", "worst filtered")
    numbers = (*found, "ms", "filtered ms", "build s", "MB")
    screen.print(table("", "index", *numbers[:2], "95 %", *numbers[2:], rows=rows, right=(*numbers, "95 %")))
    quick = record.approximate
    screen.print(
        f"kept: {record.exhaustive.family} for answers that must be exact"
        + ("; nothing approximate is faster" if quick is None else f", {quick.family} for the others")
    )


def _key(rung: Rung) -> tuple[str, int]:
    return rung.family, rung.effort
