"""A page of duplicate families with their pictures inside, to look through by eye."""

import base64
from html import escape
from pathlib import Path

from pinakes.engine import Engine
from pinakes.errors import PinakesError, UsageError
from pinakes.retrieval.duplicates import Duplicates, Family

MOST_FAMILIES = 500
MOST_ITEMS = 12
"""Of one family: a picture that exists a hundred times need not be seen a hundred times."""

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 14%, Canvas); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1.5rem; }
section { border-top: 1px solid var(--line); padding: .8rem 0; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
ul { display: flex; flex-wrap: wrap; gap: .8rem; list-style: none; margin: 0; padding: 0; }
li { width: 9rem; overflow-wrap: anywhere; font-size: .82rem; }
img, .none { display: block; width: 9rem; height: 9rem; object-fit: contain; background: #8881; }
"""


def write_duplicate_sheet(path: Path, engine: Engine, found: Duplicates) -> None:
    """Write the page: one row for each family, the closest kind first, with every view of its items.

    Args:
        path: the file; replaced.
        engine: makes the thumbnails.
        found: what to show.

    Raises:
        UsageError: the file cannot be written.
    """
    rows = "\n".join(_family(engine, family) for family in found.families[:MOST_FAMILIES])
    more = len(found.families) - MOST_FAMILIES
    note = f"<p>{more} more families are not shown.</p>" if more > 0 else ""
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Duplicates</title><style>{STYLE}</style>
<h1>Items that show the same pictures</h1>{rows or "<p>There are none.</p>"}{note}</html>
"""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _family(engine: Engine, family: Family) -> str:
    shown = "\n".join(_item(engine, item) for item in family.items[:MOST_ITEMS])
    kind = family.kind.replace("_", " ")
    return f"<section><h2>{escape(kind)}, {len(family.items)} items</h2><ul>{shown}</ul></section>"


def _item(engine: Engine, item: str) -> str:
    views = engine.item(item).views
    pictures = "".join(_picture(engine, item, role) for role in dict.fromkeys(view.role for view in views))
    return f"<li>{pictures}{escape(item)}</li>"


def _picture(engine: Engine, item: str, role: str) -> str:
    try:
        data = engine.thumbnail(item, role)
    except PinakesError:  # the picture has gone since; the page says so
        return '<span class="none">no picture</span>'
    return f'<img alt="{escape(role)}" src="data:image/webp;base64,{base64.b64encode(data).decode("ascii")}">'
