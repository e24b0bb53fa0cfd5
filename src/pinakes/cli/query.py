"""The options of commands that ask a query, and how what is typed becomes arguments of `Engine.search`."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeAlias, cast

import numpy as np
import typer
from numpy.typing import NDArray

from pinakes.errors import UnknownNameError, UsageError
from pinakes.retrieval.query import FARTHEST
from pinakes.sources.npy import open_vector
from pinakes.types import Collapse, ItemScore

NO_COLLAPSE = "none"
"""What `--collapse` takes for the False of `Engine.search`."""

Text: TypeAlias = Annotated[str | None, typer.Argument(help="Words to search for, or an id.", metavar="TEXT")]
Image: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="A picture to search for; with a role, for the views of that role; may be repeated.",
        metavar="[ROLE=]FILE",
    ),
]
Like: TypeAlias = Annotated[list[str] | None, typer.Option(help="The id of an item; may be repeated.")]
Unlike: TypeAlias = Annotated[list[str] | None, typer.Option(help="The id of an item to keep away from.")]
Vector: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="A .npy file with one vector; may be repeated.", metavar="[SPACE=]FILE"),
]
Where: TypeAlias = Annotated[str | None, typer.Option(help='A filter, such as "price < 50".')]
Weight: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="SIGNAL=NUMBER, such as words=0.5; may be repeated.")
]
Top: TypeAlias = Annotated[int, typer.Option("--top", "-n", "--limit", help="How many hits.")]
Candidates: TypeAlias = Annotated[
    int, typer.Option(help="How many items each signal brings; --sort takes all that hold the words.")
]
Sort: TypeAlias = Annotated[
    str | None, typer.Option(help="Order by a field, lowest first; -FIELD for highest first.")
]
Prefix: TypeAlias = Annotated[
    bool, typer.Option("--prefix", help="The last word may be the beginning of another.")
]
AsOf: TypeAlias = Annotated[
    str | None, typer.Option(help="Judge rights as of this day.", metavar="YYYY-MM-DD")
]
Score: TypeAlias = Annotated[
    str | None, typer.Option(help="What an item with several views counts by: best, mean or roles.")
]
CollapseUpTo: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--collapse", help="Show one item for several with identical pictures, or near ones too, or none."
    ),
]
Ref: TypeAlias = Annotated[str, typer.Option(help="The ref whose release answers.")]


def query_arguments(
    *,
    text: str | None,
    image: list[str] | None,
    like: list[str] | None,
    unlike: list[str] | None,
    vector: list[str] | None,
    where: str | None,
    weight: list[str] | None,
    top: int,
    candidates: int,
    sort: str | None,
    prefix: bool,
    as_of: str | None,
    score: str | None,
    collapse: str | None,
) -> Mapping[str, Any]:
    """Return options as `Engine.search` takes them, by name.

    Raises:
        UsageError: an option that cannot be understood.
    """
    likes = {**dict.fromkeys(like or [], 1.0), **dict.fromkeys(unlike or [], -0.5)}
    return {
        "text": text,
        "image": [_picture(given) for given in image] if image else None,
        "like": likes or None,
        "vector": _vectors(vector or []),
        "weights": _weights(weight or []),
        "where": where,
        "as_of": _day(as_of),
        "top": top,
        "candidates": candidates,
        "score": cast("ItemScore | None", score),
        "collapse": _collapse(collapse),
        "sort": sort,
        "prefix": prefix,
    }


def check_folder(folder: Path, text: str | None, command: str) -> None:
    """Refuse a folder that does not exist: perhaps it was meant as the text.

    Raises:
        UsageError: it does not; says how the command is meant.
    """
    if folder.exists():
        return
    if text is None and len(folder.parts) == 1:
        raise UsageError(f'no such folder: {folder}; did you mean: pinakes {command} . "{folder}"')
    raise UsageError(f"no such folder: {folder}")


def _picture(given: str) -> tuple[str, float, str | None]:
    """Return path, weight and role of ``FILE`` or ``ROLE=FILE``; a file may have ``=`` in its name."""
    role, equals, path = given.partition("=")
    if not equals or Path(given).exists():
        return given, 1.0, None
    if not role or not path:
        raise UsageError(f"--image takes FILE or ROLE=FILE, such as obverse=coin.jpg; got {given!r}")
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


def _day(given: str | None) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"--as-of takes a day such as 2030-12-31; got {given!r}") from None
