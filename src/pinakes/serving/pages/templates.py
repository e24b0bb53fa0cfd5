"""Templates: one environment, escaped by default, and what they may call."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pinakes.serving.pages.asked import plain_name
from pinakes.types import Value

FOLDER = Path(__file__).parent.parent / "templates"
TITLE = 200
"""Characters of a title that are shown as one; the page of an item has the rest, too."""


def render(name: str, values: Mapping[str, Any]) -> str:
    """Fill in a template.

    Args:
        name: of a file in ``templates/``.
        values: what it shows; a name that is missing is an error.
    """
    return _environment().get_template(name).render(values)


def shown_value(value: Value) -> str:
    """Return an attribute as people read it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        case tuple():
            return ", ".join(value)
        case date():
            return f"{value.day} {value:%B %Y}"
        case None:
            return "unknown"
    return str(value)


def shortened(title: str) -> str:
    """Return a title, or the beginning of one that nobody would read to its end, cut between words."""
    if len(title) <= TITLE:
        return title
    beginning, space, _ = title[:TITLE].rpartition(" ")
    return f"{(beginning if space else title[:TITLE]).rstrip()}…"


def quoted(words: str) -> str:
    """Return words in quotes, unless they bring their own."""
    return words if '"' in words else f"“{words}”"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=shown_value,
        plain=plain_name,
        number=_number,
        breakable=_breakable,
        short=shortened,
        quoted=quoted,
    )
    return environment


def _number(value: float) -> str:
    return f"{value:,}"


def _breakable(text: str) -> Markup:
    """Let a long id break after its separators."""
    escaped = str(Markup.escape(text))
    for mark in "/_-":
        escaped = escaped.replace(mark, f"{mark}<wbr>")
    return Markup(escaped)
