"""What ``pinakes doctor`` says of a file of vectors."""

from dataclasses import asdict
from pathlib import Path

import typer
from rich.markup import escape

from pinakes.cli.output import FAILED, console, print_json
from pinakes.cli.progress import progress_bars
from pinakes.cli.vector_page import write_vector_page
from pinakes.ingest.vector_check import Level, check_vectors

COLOURS = {Level.BAD: "red", Level.NOTE: "yellow", Level.GOOD: "green", Level.UNKNOWN: "dim"}


def look_at_vectors(file: Path, index: str | None, html: Path | None, *, json: bool) -> None:
    """Print, and write on request, what a look at vectors found; status 1 where something is bad."""
    with progress_bars(quiet=json) as progress:
        report = check_vectors(file, index, progress)
    if html is not None:
        write_vector_page(html, report)
    if json:
        print_json({**asdict(report), "verdict": report.verdict})
    else:
        screen = console()
        screen.print(
            f"[bold]{escape(report.name)}[/]: {report.rows:,} vectors of {report.dim} numbers, "
            f"{report.dtype}, {report.megabytes:,} MB"
        )
        for finding in report.findings:
            colour = COLOURS[finding.level]
            screen.print(
                f"[{colour}]{finding.level.value:>12}[/]  [bold]{escape(finding.name)}[/]: {finding.found}"
            )
            if finding.advice:
                screen.print(f"              [dim]{finding.advice}[/]")
        samples = ", ".join(f"{name} {count:,}" for name, count in report.samples.items())
        screen.print(f"[dim]rows are counted one and all, the rest on samples: {samples or 'none'}[/]")
        screen.print(f"[bold]{report.verdict}[/]")
    if any(finding.level is Level.BAD for finding in report.findings):
        raise typer.Exit(FAILED)
