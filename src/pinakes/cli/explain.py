"""``pinakes explain``: why an item ranks where it does for a query, or why it is not found."""

from typing import Annotated

import typer

import pinakes
from pinakes.cli import query as asked
from pinakes.cli.options import Folder, Json
from pinakes.cli.output import console, print_json, print_notes, say, table
from pinakes.retrieval.explained import Explanation, Part


def explain(
    folder: Folder,
    text: asked.Text = None,
    *,
    item: Annotated[str, typer.Option("--id", help="The item to explain.", metavar="ID")],
    image: asked.Image = None,
    like: asked.Like = None,
    unlike: asked.Unlike = None,
    vector: asked.Vector = None,
    where: asked.Where = None,
    weight: asked.Weight = None,
    top: asked.Top = 10,
    candidates: asked.Candidates = 200,
    sort: asked.Sort = None,
    prefix: asked.Prefix = False,
    as_of: asked.AsOf = None,
    score: asked.Score = None,
    collapse: asked.CollapseUpTo = None,
    ref: asked.Ref = "live",
    json: Json = False,
) -> None:
    """Say why an item ranks where it does for a query, or why it is not found.

    Takes the options of search.

    Example: pinakes explain photos "red dress" --where "price < 50" --id dress-0042
    """
    asked.check_folder(folder, text, "explain")
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
        explanation = engine.explain(item, query)
    if json:
        print_json(explanation.to_dict())
    else:
        _print(explanation)


def _print(explanation: Explanation) -> None:
    say(f"{explanation.id}  {explanation.title}".rstrip(), "bold")
    say(explanation.verdict)
    for obstacle in explanation.obstacles:
        say(f"  {obstacle.detail}")
    screen = console()
    if explanation.parts:
        found = explanation.rank is not None
        rows = [_row(part, found=found) for part in explanation.parts]
        screen.print()
        screen.print(
            table(
                *("signal", "weight", "rank", "score", "adds", "what"),
                rows=rows,
                right=("weight", "rank", "score", "adds"),
            )
        )
    words = [
        (word.word, word.field, f"{word.score:.4f}") for part in explanation.parts for word in part.words
    ]
    if words:
        screen.print()
        screen.print(table("word", "field", "score", rows=words, right=("score",)))
    print_notes(explanation.notes)
    say(f"release {explanation.release}", "dim")


def _row(part: Part, *, found: bool) -> tuple[object, ...]:
    """Return a line of the table; why an item is in no list at all stands above it already."""
    missing = f"not in this list: {part.missing.detail}" if part.missing is not None and found else ""
    return (
        part.signal,
        f"{part.weight:g}",
        part.rank,
        None if part.score is None else f"{part.score:.4f}",
        f"{part.adds:.4f}",
        "; ".join(filter(None, (part.detail, missing))),
    )
