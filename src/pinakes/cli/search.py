"""``pinakes search``: a query answered as a table, as JSON, or as a sheet of pictures."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer
from numpy.typing import NDArray

import pinakes
from pinakes.cli.output import FAILED, console, number_of, print_json, print_notes, say, table
from pinakes.cli.sheet import write_sheet
from pinakes.engine import Engine
from pinakes.errors import UnknownNameError, UsageError
from pinakes.retrieval.facets import Facet
from pinakes.retrieval.query import FARTHEST
from pinakes.retrieval.results import Results
from pinakes.sources.npy import open_vector
from pinakes.types import Collapse, ItemScore, Value

TITLE_WIDTH = 48
FACET_VALUES = 12
NO_COLLAPSE = "none"
"""What `--collapse` takes for the False of `Engine.search`."""


def search(
    folder: Annotated[Path, typer.Argument(help="The collection's folder.", metavar="DIR")],
    text: Annotated[str | None, typer.Argument(help="Words to search for, or an id.")] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(
            help="A picture to search for; with a role, for the views of that role; may be repeated.",
            metavar="[ROLE=]FILE",
        ),
    ] = None,
    like: Annotated[list[str] | None, typer.Option(help="The id of an item; may be repeated.")] = None,
    unlike: Annotated[list[str] | None, typer.Option(help="The id of an item to keep away from.")] = None,
    vector: Annotated[
        list[str] | None,
        typer.Option(help="A .npy file with one vector; may be repeated.", metavar="[SPACE=]FILE"),
    ] = None,
    where: Annotated[str | None, typer.Option(help='A filter, such as "price < 50".')] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="SIGNAL=NUMBER, such as words=0.5; may be repeated.")
    ] = None,
    top: Annotated[int, typer.Option("--top", "-n", "--limit", help="How many hits.")] = 10,
    offset: Annotated[int, typer.Option(help="How many hits to leave out, of the pages before.")] = 0,
    candidates: Annotated[
        int, typer.Option(help="How many items each signal brings; --sort takes all that hold the words.")
    ] = 200,
    sort: Annotated[
        str | None, typer.Option(help="Order by a field, lowest first; -FIELD for highest first.")
    ] = None,
    facet: Annotated[
        list[str] | None, typer.Option(help="A field whose values are counted, too; may be repeated.")
    ] = None,
    show: Annotated[
        list[str] | None, typer.Option(help="An attribute to show as a column; may be repeated.")
    ] = None,
    prefix: Annotated[
        bool, typer.Option("--prefix", help="The last word may be the beginning of another.")
    ] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge rights as of this day.")
    ] = None,
    score: Annotated[
        str | None, typer.Option(help="What an item with several views counts by: best, mean or roles.")
    ] = None,
    collapse: Annotated[
        str | None,
        typer.Option(help="Show one item for several with identical pictures, or near ones too, or none."),
    ] = None,
    ref: Annotated[str, typer.Option(help="The ref whose release answers.")] = "live",
    html: Annotated[Path | None, typer.Option(help="Write a page with the pictures.", dir_okay=False)] = None,
    explain: Annotated[bool, typer.Option(help="Print plan and timings.")] = False,
    require_hit: Annotated[bool, typer.Option(help="End with status 1 when there is no hit.")] = False,
    json: Annotated[bool, typer.Option(help="Print JSON.")] = False,
) -> None:
    """Search a collection by words, by picture, by item, or by several of them.

    Example: pinakes search photos "red dress" --where "price < 50"
    """
    if not folder.exists():
        raise UsageError(_did_you_mean(folder, text))
    likes = {**dict.fromkeys(like or [], 1.0), **dict.fromkeys(unlike or [], -0.5)}
    with pinakes.open(folder, ref=ref) as engine:
        results = engine.search(
            text,
            image=[_picture(given) for given in image] if image else None,
            like=likes or None,
            vector=_vectors(vector or []),
            weights=_weights(weight or []),
            where=where,
            as_of=_day(as_of),
            top=top,
            candidates=candidates,
            score=cast("ItemScore | None", score),
            collapse=_collapse(collapse),
            sort=sort,
            facets=facet or (),
            prefix=prefix,
            offset=offset,
        )
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
                h.title[:TITLE_WIDTH],
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


def _did_you_mean(folder: Path, text: str | None) -> str:
    """Return what to say when the collection's folder does not exist: perhaps it was meant as the text."""
    if text is None and len(folder.parts) == 1:
        return f'no such folder: {folder}; did you mean: pinakes search . "{folder}"'
    return f"no such folder: {folder}"


def _picture(given: str) -> tuple[str, float, str | None]:
    """Return path, weight and role of ``FILE`` or ``ROLE=FILE``; a file may have ``=`` in its name."""
    role, equals, path = given.partition("=")
    if not equals or Path(given).exists():
        return given, 1.0, None
    return path, 1.0, role


def _collapse(given: str | None) -> Collapse | None:
    if given is not None and given not in (known := (*FARTHEST, NO_COLLAPSE)):
        raise UnknownNameError("collapse", given, known)
    return False if given == NO_COLLAPSE else cast("Collapse | None", given)


def _vectors(given: list[str]) -> NDArray[np.floating] | dict[str, NDArray[np.floating]] | None:
    """Return the one vector without a space, or those of each space."""
    found: dict[str, NDArray[np.floating]] = {}
    for text in given:
        space, _, file = text.rpartition("=") if not Path(text).exists() else ("", "", text)
        if space in found or (found and "" in (space, *found)):
            raise UsageError("--vector may be repeated for several spaces: give each as SPACE=FILE")
        found[space] = open_vector(Path(file)).astype(np.float64)
    return found.get("", found or None)


def _weights(pairs: list[str]) -> dict[str, float]:
    weights = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        try:
            weights[name] = float(number)
        except ValueError:
            raise UsageError(f"--weight takes SIGNAL=NUMBER, such as words=0.5; got {pair!r}") from None
    return weights


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
