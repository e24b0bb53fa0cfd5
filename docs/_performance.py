"""Write the tables and draw the plots of docs/performance.md from the reports in docs/performance/.

    pinakes bench --synthetic 100000 --system all --filters --sweep --json > docs/performance/100k.json
    python docs/_performance.py

Each report is what ``pinakes bench --json`` printed; no figure of the page comes from elsewhere. A report may
hold any of the systems: plots and tables show those that were measured.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

FOLDER = Path(__file__).parent / "performance"
PAGE = Path(__file__).parent / "performance.md"

INK = "#7a7f87"
"""Of axes and text: legible on white and on black."""

COLOURS = {
    "pinakes:planned": "#d1495b",
    "pinakes:exact": "#e5707e",
    "pinakes:int8": "#a83246",
    "pinakes:pq:2": "#e08e1b",
    "pinakes:pq:4": "#b5651d",
    "pinakes:ivf": "#f0a202",
    "pinakes:ivf:2": "#f0a202",
    "pinakes-engine": "#c2569b",
    "pinakes-engine-words": "#d98cc0",
    "numpy": "#8a8f98",
    "faiss-flat": "#9bb8ed",
    "faiss-fp16": "#6c8ebf",
    "faiss-hnsw": "#2e86ab",
    "faiss-ivfpq": "#3f6fd1",
    "hnswlib": "#3a9d5d",
    "usearch": "#17a2a2",
    "lancedb": "#8661c1",
    "chroma": "#7fb800",
    "pgvector": "#b08bd9",
}
"""One colour a system, the same in every plot."""

Report = dict[str, Any]
Line = dict[str, Any]


def main() -> None:
    """Draw every plot that there is a report for, and fill in the tables."""
    reports = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
    mpl.rcParams.update(
        {
            "svg.fonttype": "path",
            "svg.hashsalt": "pinakes",
            "font.size": 10,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    by_rows = sorted(reports.values(), key=lambda report: report["dataset"]["rows"])
    hundred = next((report for report in by_rows if report["dataset"]["rows"] == 100_000), None)
    if hundred is not None:
        draw("latency-recall", lambda axes: latency_against_recall(axes, hundred))
        draw("filters", lambda axes: recall_under_filters(axes, hundred))
    if len(by_rows) > 1:
        draw("latency-rows", lambda axes: latency_against_rows(axes, by_rows))
    page = PAGE.read_text(encoding="utf-8")
    for name, report in reports.items():
        page = fill(page, f"{name}-search", search_table(report))
        page = fill(page, f"{name}-filters", filter_tables(report))
        page = fill(page, f"{name}-build", build_table(report))
        page = fill(page, f"{name}-machine", machine(report))
    PAGE.write_text(page, encoding="utf-8")


def draw(name: str, plot: Callable[[Axes], None]) -> None:
    """Draw one plot as SVG, on no background."""
    figure, axes = plt.subplots(figsize=(7.5, 5.0), layout="constrained")
    plot(axes)
    axes.grid(color=INK, alpha=0.2, linewidth=0.6)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    legend = figure.legend(frameon=False, fontsize=8.5, ncols=5, loc="outside lower center")
    for text in legend.get_texts():
        text.set_color(INK)
    figure.savefig(FOLDER / f"{name}.svg", transparent=True, metadata={"Date": None})
    plt.close(figure)


def latency_against_recall(axes: Axes, report: Report) -> None:
    """Every effort of every index, without a filter: up and to the left is better."""
    for system in _measured(report, engines=False):
        found = [line for line in system["lines"] if line["phase"] == "sweep"] or _plain(system)
        points = sorted(
            (line["recall"], line["latency"]["p50"]) for line in found if line["recall"] is not None
        )
        style = _style(system["system"])
        axes.plot([p50 for _, p50 in points], [recall for recall, _ in points], **style)
    axes.set_xscale("log")
    axes.set_ylim(0.8, 1.005)
    axes.set_xlabel("milliseconds a query (median)")
    axes.set_ylabel(f"recall@{report['k']}, worst kind of query")


def latency_against_rows(axes: Axes, reports: Sequence[Report]) -> None:
    """The median without a filter, at the effort that reaches the recall asked for."""
    names = dict.fromkeys(s["system"] for report in reports for s in _measured(report, engines=True))
    for name in names:
        points = [
            (report["dataset"]["rows"], _plain(system)[0]["latency"]["p50"])
            for report in reports
            for system in _measured(report, engines=True)
            if system["system"] == name and _plain(system)
        ]
        axes.plot(*zip(*points, strict=True), **_style(name))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("vectors")
    axes.set_ylabel("milliseconds a query (median)")


def recall_under_filters(axes: Axes, report: Report) -> None:
    """The worst kind of filter at each selectivity, at the effort that was found without one."""
    for system in _measured(report, engines=True):
        fixed = {line["case"]: line for line in system["lines"] if line["phase"] == "measure"}
        fixed |= {line["case"]: line for line in system["lines"] if line["phase"] == "fixed"}
        worst: dict[float, float] = {}
        for case, line in fixed.items():
            if (match := re.search(r"([\d.]+)%$", case)) and line["recall"] is not None:
                share = float(match[1])
                worst[share] = min(worst.get(share, 1.0), line["recall"])
        if worst:
            axes.plot(*zip(*sorted(worst.items()), strict=True), **_style(system["system"]))
    axes.set_xscale("log")
    axes.set_ylim(-0.02, 1.03)
    axes.set_xlabel("rows that pass the filter, %")
    axes.set_ylabel(f"recall@{report['k']}, worst kind of filter")


def search_table(report: Report) -> str:
    """Return one line for each system, without a filter."""
    k = report["k"]
    lines = [
        f"| system | recall@{k} | p50 ms | p95 ms | p99 ms | effort |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for system in _measured(report, engines=True):
        for line in system["lines"]:
            if line["case"] != "no filter" or line["phase"] not in {"measure", "cold"}:
                continue
            name = system["system"] + (" (cold)" if line["phase"] == "cold" else "")
            found = "" if line["recall"] is None else f"{line['recall']:.4f}"
            times = " | ".join(f"{line['latency'][name]:.2f}" for name in ("p50", "p95", "p99"))
            lines.append(f"| {name} | {found} | {times} | {line['effort'] or ''} |")
    return "\n".join(lines)


def filter_tables(report: Report) -> str:
    """Return one line for each filter, with the recall where it is not 1; engines apart."""
    measured = _measured(report, engines=True)
    groups = ([s for s in measured if not s["answers"]], [s for s in measured if s["answers"]])
    return "\n\n".join(_filter_table(group) for group in groups if group)


def _filter_table(systems: Sequence[dict[str, Any]]) -> str:
    by_case: dict[str, dict[str, Line]] = {}
    for system in systems:
        for line in system["lines"]:
            if line["phase"] == "measure" and line["case"] != "no filter":
                by_case.setdefault(line["case"], {})[system["system"]] = line
    names = [system["system"] for system in systems]
    lines = [f"| p50 / p95 ms (recall) | {' | '.join(names)} |", f"|---|{'--:|' * len(names)}"]
    for case, found in by_case.items():
        cells = " | ".join(_cell(found.get(name)) for name in names)
        lines.append(f"| {case} | {cells} |")
    return "\n".join(lines)


def _cell(line: Line | None) -> str:
    if line is None:
        return ""
    times = f"{line['latency']['p50']:.2f} / {line['latency']['p95']:.2f}"
    lost = line["recall"] is not None and line["recall"] < 1.0
    return f"{times} ({line['recall']:.4f})" if lost else times


def build_table(report: Report) -> str:
    """Return what each system costs, and why some were skipped."""
    lines = [
        "| system | build s | open s | build peak MB | search peak MB | disk MB | queries/s | built with |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for system in report["systems"]:
        if system["skipped"]:
            lines.append(
                f"| {system['system']} | | | | | | | skipped: {system['skipped'].split('; see ')[0]} |"
            )
            continue
        sizes = (system["build_peak"], system["search_peak"], system["disk"])
        megabytes = " | ".join("" if size is None else f"{size / 2**20:,.0f}" for size in sizes)
        times = " | ".join(
            "" if value is None else f"{value:.2f}"
            for value in (system["build_seconds"], system["open_seconds"])
        )
        rate = next((f"{rate:,.0f}" for rate in system["queries_per_second"].values()), "")
        settings = ", ".join(f"{name} {value}" for name, value in system["settings"].items())
        lines.append(f"| {system['system']} | {times} | {megabytes} | {rate} | {settings} |")
    return "\n".join(lines)


def machine(report: Report) -> str:
    """Return what the figures were measured on."""
    on, data = report["machine"], report["dataset"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    kind = "synthetic" if data["synthetic"] else "real"
    limit = "".join(
        f" {system['system']} searched within {report['memory_limit'] / 2**30:.1f} GiB, page cache included: "
        f"at most {system['limit_peak'] / 2**30:.2f} GiB."
        for system in report["systems"]
        if system["limit_peak"] is not None
    )
    return (
        f"{data['rows']:,} x {data['dimensions']} float16, {kind}: {data['source']}. {on['processor']}, "
        f"{on['cores']} cores, {on['memory'] / 2**30:.1f} GiB, load {on['load']:.1f} at the end; "
        f"Python {on['python']}, {on['blas']}; {versions}; {report['threads']} threads a library."
        f"{limit}"
    )


def fill(page: str, name: str, text: str) -> str:
    """Replace what stands between the two comments of a name, where the page has them."""
    pattern = rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page, flags=re.DOTALL)


def _measured(report: Report, *, engines: bool) -> list[dict[str, Any]]:
    """Return the systems that were measured; those that answer with records only where they are asked for."""
    return [s for s in report["systems"] if s["skipped"] is None and (engines or not s["answers"])]


def _plain(system: dict[str, Any]) -> list[Line]:
    return [line for line in system["lines"] if line["case"] == "no filter" and line["phase"] == "measure"]


def _style(name: str) -> dict[str, Any]:
    ours = name.startswith("pinakes")
    return {
        "label": name,
        "marker": "o",
        "markersize": 5 if ours else 3.5,
        "linewidth": 2.4 if ours else 1.2,
        "linestyle": "-" if ours else "--",
        "color": COLOURS.get(name, INK),
    }


if __name__ == "__main__":
    main()
