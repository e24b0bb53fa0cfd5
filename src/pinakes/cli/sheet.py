"""A page of hits with their pictures inside: one file that can be sent to anyone."""

import base64
from html import escape
from pathlib import Path

from pinakes.engine import Engine
from pinakes.errors import PinakesError, UsageError
from pinakes.retrieval.results import Hit, Results

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 14%, Canvas); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1.5rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; margin-bottom: 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
small, .why { color: color-mix(in srgb, CanvasText 65%, Canvas); }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem;
     grid-template-columns: repeat(auto-fill, minmax(min(11rem, 44vw), 1fr)); }
li { border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; overflow-wrap: anywhere; }
img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #8881; }
.none { aspect-ratio: 1; display: grid; place-items: center; background: #8881; }
div.body { padding: .6rem .7rem .8rem; }
b { display: block; }
.why { font-size: .82rem; margin-top: .35rem; }
.synthetic { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; }
"""


def write_sheet(path: Path, engine: Engine, results: Results, title: str) -> None:
    """Write the page.

    Args:
        path: the file; replaced.
        engine: makes the thumbnails.
        results: what to show.
        title: heading of the page.

    Raises:
        UsageError: the file cannot be written.
    """
    cards = "\n".join(_card(engine, hit) for hit in results.hits) or "<p>No hit.</p>"
    badge = '<span class="synthetic">generated sample data</span>' if results.synthetic else ""
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style>
<header><h1>{escape(title)}</h1>{badge}<small>{len(results)} hits, {results.timings["total"]:.0f} ms,
release {escape(results.release)}</small></header>
<ol>{cards}</ol></html>
"""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _card(engine: Engine, hit: Hit) -> str:
    values = [value for value in list(hit.attributes.values())[:4] if isinstance(value, str)]
    facts = " · ".join(filter(None, (hit.closeness, ", ".join(values))))
    why = "; ".join(str(reason) for reason in hit.reasons)
    return f"""<li>{_picture(engine, hit)}<div class="body"><b>{escape(hit.title or hit.id)}</b>
<small>{hit.rank}. {escape(facts)}</small>
<div class="why">{escape(why)}</div><small>{escape(hit.attribution)}</small></div></li>"""


def _picture(engine: Engine, hit: Hit) -> str:
    try:
        data = engine.thumbnail(hit.id, hit.view) if hit.view else None
    except PinakesError:
        data = None  # the picture has gone since; the card says so instead of the page failing
    if data is None:
        return '<div class="none"><small>no picture</small></div>'
    encoded = base64.b64encode(data).decode("ascii")
    return f'<img alt="{escape(hit.title or hit.id)}" src="data:image/webp;base64,{encoded}">'
