"""The hits of an answer as a grid of pictures, for notebooks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING

from pinakes.errors import MediaError, UnknownNameError, WithheldError

if TYPE_CHECKING:
    from pinakes.retrieval.results import Hit, Results

MOST = 60
"""Pictures that are put into a notebook at most; each takes about 15 kB of the file."""

STYLE = (
    "display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px;"
    "font:13px/1.4 system-ui,sans-serif;max-width:1100px"
)
FRAME = "width:100%;height:150px;object-fit:contain;border-radius:6px;background:rgba(128,128,128,.12)"
FAINT = "opacity:.65;font-size:12px"


def picture_grid(results: Results) -> str:
    """Return an answer as one piece of HTML that needs nothing else: no script, no file, no address.

    Colours are those of the notebook, so that it is readable in a light and in a dark one.
    """
    cells = "".join(_cell(results, hit) for hit in results.hits[:MOST])
    more = len(results) - MOST
    foot = [f"{results.timings.get('total', 0.0):.1f} ms", f"release {escape(results.release)}"]
    if more > 0:
        foot.insert(0, f"{more} more")
    if results.synthetic:
        foot.append("synthetic data")
    notes = "".join(f"<p>{escape(note)}</p>" for note in results.notes)
    grid = f'<div style="{STYLE}">{cells}</div>' if cells else "<p>No good match.</p>"
    return f'<div>{notes}{grid}<p style="{FAINT}">{" · ".join(foot)}</p></div>'


def inline_picture(webp: bytes) -> str:
    """Return a WebP as the address of itself (RFC 2397)."""
    return f"data:image/webp;base64,{base64.b64encode(webp).decode('ascii')}"


def inline_hit(thumbnail: Callable[[str, str | None], bytes], hit: Hit) -> str | None:
    """Return the thumbnail of a hit as an address that holds it, or None where it is gone.

    Args:
        thumbnail: makes that of an item and a role; see `Engine.thumbnail`.
        hit: whose item and role are asked for.
    """
    try:
        return inline_picture(thumbnail(hit.id, hit.view))
    except (UnknownNameError, WithheldError, MediaError):
        return None


def _cell(results: Results, hit: Hit) -> str:
    address = results.picture(hit) if results.picture is not None and hit.thumb is not None else None
    name = escape(hit.title or hit.id)
    picture = (
        f'<img src="{escape(address)}" alt="{name}" style="{FRAME}">'
        if address
        else f'<div style="{FRAME}"></div>'
    )
    lines = [
        f"<b>{hit.rank}. {name}</b>",
        _faint([hit.id, _match(hit)]),
        _faint(str(reason) for reason in hit.reasons[:1]),
        _faint([hit.attribution]),
    ]
    return f'<figure style="margin:0">{picture}<figcaption>{"".join(lines)}</figcaption></figure>'


def _match(hit: Hit) -> str:
    return hit.closeness or "" if hit.confidence is None else f"{hit.confidence:.0%} match"


def _faint(parts: Iterable[str]) -> str:
    text = " · ".join(escape(part) for part in parts if part)
    return f'<div style="{FAINT}">{text}</div>' if text else ""
