"""A look at vectors as one page that stands alone: no script, no address, readable in light and dark."""

from html import escape
from pathlib import Path

from pinakes.errors import UsageError
from pinakes.ingest.vector_check import Level, VectorReport
from pinakes.ingest.vector_check.report import Histogram

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 16%, Canvas);
  --quiet: color-mix(in srgb, CanvasText 68%, Canvas); --bar: light-dark(#3b6ea8, #7fb0e6);
  --bad: light-dark(#a11d1d, #ff9d9d); --note: light-dark(#7a4d00, #f0c674);
  --good: light-dark(#1c6b35, #8fd8a4); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.35rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: .2rem 0; } .quiet { color: var(--quiet); } .verdict { font-weight: 600; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0;
  border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td.level { white-space: nowrap; font-weight: 600; }
.bad { color: var(--bad); } .note { color: var(--note); } .good { color: var(--good); }
.plots { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
svg { display: block; width: 100%; height: 8rem; } rect { fill: var(--bar); }
figure { margin: 0; }
figcaption { display: flex; justify-content: space-between; color: var(--quiet); font-size: .85rem; }
@media (max-width: 40rem) { tr { display: block; border-top: 1px solid var(--line); padding: .5rem 0; }
  th, td { display: block; border: 0; padding: 0; } }
"""


def write_vector_page(path: Path, report: VectorReport) -> None:
    """Write the page.

    Raises:
        UsageError: the file cannot be written.
    """
    rows = "\n".join(
        f'<tr><th scope="row">{escape(f.name)}</th><td class="level {_class(f.level)}">{f.level.value}</td>'
        f"<td>{escape(f.found)}{f'<p class=quiet>{escape(f.advice)}</p>' if f.advice else ''}</td></tr>"
        for f in report.findings
    )
    plots = "\n".join(_plot(histogram) for histogram in report.histograms if histogram.counts)
    samples = ", ".join(f"{name} {count:,}" for name, count in report.samples.items())
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(report.name)}</title><style>{STYLE}</style>
<main><h1>{escape(report.name)}</h1>
<p class="quiet">{report.rows:,} vectors of {report.dim} numbers, {escape(report.dtype)},
{report.megabytes:,} MB</p>
<p class="verdict">{escape(report.verdict)}</p>
<table><tbody>{rows}</tbody></table>
<h2>Distributions</h2><div class="plots">{plots}</div>
<p class="quiet">Rows are counted one and all; the rest is measured on samples:
{escape(samples) or "none"}.</p>
</main></html>
"""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _class(level: Level) -> str:
    return {Level.BAD: "bad", Level.NOTE: "note", Level.GOOD: "good"}.get(level, "quiet")


def _plot(histogram: Histogram) -> str:
    most, width = max(histogram.counts), 100 / len(histogram.counts)
    bars = "".join(
        f'<rect x="{number * width:.2f}" y="{60 - 60 * count / most:.2f}" width="{width * 0.9:.2f}" '
        f'height="{60 * count / most:.2f}"/>'
        for number, count in enumerate(histogram.counts)
        if count
    )
    title = escape(histogram.title)
    return (
        f'<figure><p>{title}</p><svg viewBox="0 0 100 60" preserveAspectRatio="none" role="img" '
        f'aria-label="{title}">{bars}</svg><figcaption><span>{histogram.low:.3g}</span>'
        f"<span>{histogram.high:.3g}</span></figcaption></figure>"
    )
