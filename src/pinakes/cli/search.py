"""``pinakes search``: a query answered as a table, as JSON, or as a sheet of pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

import pinakes
from pinakes.cli import query as asked
from pinakes.cli.options import Folder, Json
from pinakes.cli.output import FAILED, console, number_of, print_json, print_notes, say, table
from pinakes.cli.sheet import write_sheet
from pinakes.engine import Engine
from pinakes.errors import UnknownNameError
from pinakes.retrieval.facets import Facet
from pinakes.retrieval.results import Results
from pinakes.types import Value

TITLE_WIDTH = 48
FACET_VALUES = 12


def search(
    folder: Folder,
    text: asked.Text = None,
    image: asked.Image = None,
    like: asked.Like = None,
    unlike: asked.Unlike = None,
    vector: asked.Vector = None,
    where: asked.Where = None,
    weight: asked.Weight = None,
    top: asked.Top = 10,
    offset: Annotated[int, typer.Option(help="How many hits to leave out, of the pages before.")] = 0,
    candidates: asked.Candidates = 200,
    sort: asked.Sort = None,
    facet: Annotated[
        list[str] | None, typer.Option(help="A field whose values are counted, too; may be repeated.")
    ] = None,
    show: Annotated[
        list[str] | None, typer.Option(help="An attribute to show as a column; may be repeated.")
    ] = None,
    prefix: asked.Prefix = False,
    as_of: asked.AsOf = None,
    score: asked.Score = None,
    collapse: asked.CollapseUpTo = None,
    ref: asked.Ref = "live",
    html: Annotated[Path | None, typer.Option(help="Write a page with the pictures.", dir_okay=False)] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print plan and timings.")] = False,
    require_hit: Annotated[
        bool, typer.Option("--require-hit", help="End with status 1 when there is no hit.")
    ] = False,
    json: Json = False,
) -> None:
    """Search a collection by words, by picture, by item, or by several of them.

    Example: pinakes search photos "red dress" --where "price < 50"
    """
    asked.check_folder(folder, text, "search")
    query = asked.query_arguments(
        text=text,
        image=image,
        like=like,
        unlike=unlike,
        vector=vector,
        where=where,
        weight=weight,
        top=top,
        candidates=candidates,
        sort=sort,
        prefix=prefix,
        as_of=as_of,
        score=score,
        collapse=collapse,
    )
    with pinakes.open(folder, ref=ref) as engine:
        results = engine.search(**query, facets=facet or (), offset=offset)
        if html is not None:
            write_sheet(html, engine, results, title=text or "Search")
        columns = _columns(engine, sort, show or [])
    if json:
        print_json(results.to_dict())
    else:
        _print_table(results, columns)
        for line in results.why_nothing or ():
            say(line)
        if explain:
            _print_plan(results)
    if require_hit and not results.hits:
        raise typer.Exit(FAILED)


def _columns(engine: Engine, sort: str | None, show: list[str]) -> tuple[str, ...]:
    """Return the attributes to show: the one that orders the hits, and those that were asked for."""
    known: Mapping[str, object] = engine.release.settings["attributes"]
    for name in show:
        if name not in known:
            raise UnknownNameError("attribute", name, known)
    ordering = (sort or "").removeprefix("-")
    return tuple(dict.fromkeys((*([ordering] if ordering in known else []), *show)))


def _print_table(results: Results, columns: tuple[str, ...]) -> None:
    screen = console()
    if results.synthetic:
        screen.print("[dim]generated sample data[/]")
    if not results.hits:
        screen.print("no hit")
    else:
        if results.nothing_close:
            screen.print("[yellow]no good match[/]; the nearest there is:")
        rows = [
            (
                h.rank,
                h.id,
                f"{h.score:.4f}",
                h.closeness,
                (h.title or " ".join(h.text.split()))[:TITLE_WIDTH],  # captions have no title
                *(_cell(h.attributes.get(name)) for name in columns),
                "; ".join(map(str, h.reasons)),
            )
            for h in results.hits
        ]
        screen.print(
            table(
                *("rank", "id", "score", "closeness", "title", *columns, "reasons"),
                rows=rows,
                right=("rank", "score"),
            )
        )
    for counted in results.facets:
        say(_counts(counted))
    _print_corrections(results)
    print_notes(results.notes)
    hits = number_of(len(results), "hit")
    say(f"{hits}, {results.timings['total']:.1f} ms, release {results.release}", "dim")


def _print_corrections(results: Results) -> None:
    applied = [c for c in results.corrections if c.applied]
    for correction in applied:
        say(f"no item holds {correction.typed!r}: searched for {correction.used!r}")
    if results.did_you_mean is not None and len(applied) < len(results.corrections):
        say(f"did you mean: {results.did_you_mean}")


def _cell(value: Value) -> str | None:
    """Return a value as a filter spells it, without quotes; None where nothing is known."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value)
    return None if value is None else str(value)


def _counts(facet: Facet) -> str:
    """Return one line with the values of a field, or the ranges of its numbers."""
    if facet.ranges:
        counted = [f"{r.low} to {r.high} ({r.count})" for r in facet.ranges]
    else:
        counted = [f"{_cell(value)} ({count})" for value, count in facet.values[:FACET_VALUES]]
        counted += ["..."] * (len(facet.values) > FACET_VALUES)
    return f"{facet.field}: {', '.join(counted) or 'no values'}"


def _print_plan(results: Results) -> None:
    steps = [(s.signal, s.method, s.scanned, f"{s.allowed:.2%}", s.recall, s.weight) for s in results.plan]
    console().print(table("signal", "method", "scanned", "allowed", "recall", "weight", rows=steps))
    times = ", ".join(f"{stage} {ms:.2f}" for stage, ms in results.timings.items())
    console().print(f"[dim]ms: {times}; receipt {results.receipt}[/]")
