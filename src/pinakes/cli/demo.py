"""``pinakes demo``: the sample gallery, made, indexed and searched."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

import pinakes
from pinakes.cli.invite import invite
from pinakes.cli.options import Json
from pinakes.cli.output import console, print_json, table
from pinakes.cli.progress import progress_bars
from pinakes.creation import index
from pinakes.ingest.outcome import IndexReport
from pinakes.retrieval.results import Results
from pinakes.samples.gallery import generate_gallery
from pinakes.samples.tour import ANSWERED, TOUR, Stop
from pinakes.serving.config import ServingConfig
from pinakes.serving.run import serve as run

TOP = 12
"""Hits of the search that the demo answers, there and on the page."""


def demo(
    size: Annotated[int, typer.Option(min=1, max=100_000, help="How many items to generate.")] = 600,
    into: Annotated[Path, typer.Option(help="The folder of the sample collection.")] = Path("pinakes-demo"),
    serve: Annotated[
        bool | None, typer.Option(help="Serve the page afterwards; on a terminal it is served anyway.")
    ] = None,
    port: Annotated[int, typer.Option(help="The port of the page.")] = 8000,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let everybody on this network search, and show a code for phones.")
    ] = False,
    json: Json = False,
) -> None:
    """Generate a sample gallery, index it, answer a search, and serve it.

    All of it is synthetic, and nothing is downloaded.
    """
    begun = time.monotonic()
    with progress_bars(quiet=json) as report:
        generate_gallery(into, size=size, progress=lambda done, total: report("drawing", done, total))
        done = index(into, progress=report)
    seconds = time.monotonic() - begun
    with pinakes.open(into) as engine:
        stop = ANSWERED if ANSWERED.like in engine else TOUR[0]
        results = engine.search(stop.text or None, like=stop.like, where=stop.where, top=TOP)
    if json:
        print_json({"seconds": seconds, "index": asdict(done), "search": results.to_dict()})
        return
    _show(console(), done, stop, results, seconds, into)
    if sys.stdout.isatty() or lan if serve is None else serve:
        config = ServingConfig(host="0.0.0.0" if lan else "127.0.0.1", port=port, public_search=lan)
        run(into, config, announce=lambda address: invite(console(), "open", address))


def _show(
    screen: Console, done: IndexReport, stop: Stop, results: Results, seconds: float, folder: Path
) -> None:
    gates = sum(gate.status == "pass" for gate in done.freeze.gates)
    frozen = f", {gates} gates passed" if done.freeze.snapshot else ""
    screen.print(
        f"[bold]{done.add.items:,} generated items[/], release {done.release}{frozen}, "
        f"{seconds:.1f} s, 0 bytes downloaded"
    )
    screen.print(f"\n{escape(stop.label)}: [bold]{escape(stop.command(folder))}[/]")
    rows = [(h.rank, h.id, h.closeness, h.title, "; ".join(map(str, h.reasons))) for h in results]
    screen.print(table("rank", "id", "closeness", "title", "reasons", rows=rows, right=("rank",)))
    screen.print(f"[dim]{results.timings['total']:.1f} ms[/]\n\nmore to try:")
    for other in TOUR:
        screen.print(f"  {escape(other.command(folder))}  [dim]{escape(other.label)}[/]")
    screen.print("\nnow yours: [bold]pinakes index ~/Pictures[/]\n")
