"""Requests a second of the HTTP service at 1, 8 and 64 connections, and what an overload does to it.

A collection of vectors, generated from the spectrum of CLIP, is served by `pinakes serve` with two workers;
wrk, in a process of its own on the same machine, sends distinct query vectors over loopback. Nothing is
cached between requests. Then ten times as many connections as before: what is not admitted must be refused
with 429, and the next request after the overload must be answered as quickly as before it. The processor time
of the service's processes for a request says what it costs where other work keeps the machine busy.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

import pinakes
from pinakes.bench.data.dataset import generate_dataset
from pinakes.bench.data.spectrum import CLIP

ITEMS, QUERIES, WORKERS, SECONDS = 60_000, 10_000, 2, 10
CONNECTIONS = (1, 8, 64)
OVERLOAD = 640
BUDGET = "budget: >= 1,500 requests/s, p99 <= 50 ms, no error"
GATES = ("synthetic.vector",)
"""Generated vectors are what this gate is there to refuse."""

SCRIPT = """
local bodies, at = {}, 0
for line in io.lines("%s") do bodies[#bodies + 1] = line end
request = function()
  at = at %% #bodies + 1
  return wrk.format("POST", "/v1/search", {["Content-Type"] = "application/json"}, bodies[at])
end
done = function(summary, latency)
  for _, share in ipairs({50, 95, 99}) do
    io.write(string.format("p%%d %%.1f ms\\n", share, latency:percentile(share) / 1000))
  end
end
"""


def make_collection(folder: Path) -> tuple[Path, NDArray[np.float32]]:
    """Index generated items with vectors; return the collection's folder, and queries that are no rows."""
    vectors = generate_dataset(folder / "vectors", CLIP, rows=ITEMS, queries=QUERIES)
    table = pl.DataFrame(
        {
            "id": [f"item-{number:05}" for number in range(ITEMS)],
            "title": [f"Item {number} of shelf {number % 97}" for number in range(ITEMS)],
            "price": np.random.default_rng(2).uniform(1, 100, ITEMS).round(2),
            "vector": np.asarray(vectors.rows, dtype=np.float32),
        }
    )
    table.write_parquet(folder / "items.parquet")
    pinakes.index(folder / "items.parquet", folder / "collection", waive=GATES)
    return folder / "collection", vectors.queries["picture"]


def write_queries(folder: Path, rows: NDArray[np.float32]) -> Path:
    """Write queries, one to a line, and the script that sends them."""
    bodies = (
        json.dumps({"vector": [round(float(x), 4) for x in row]}, separators=(",", ":")) for row in rows
    )
    (folder / "queries.jsonl").write_text("\n".join(bodies) + "\n", encoding="ascii")
    (folder / "queries.lua").write_text(SCRIPT % (folder / "queries.jsonl"), encoding="utf-8")
    return folder / "queries.lua"


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_until_ready(url: str) -> None:
    """Wait until the service answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the service did not come up")


def statuses(url: str) -> dict[str, int]:
    """Return how many searches were answered with which status so far, by all workers."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as page:
        text = page.read().decode()
    counts = re.findall(
        r'^pinakes_requests_total{.*route="/v1/search",status="(\d+)"} (\S+)$', text, re.MULTILINE
    )
    return {status: round(float(count)) for status, count in counts}


def processor_seconds(process: int) -> float:
    """Return the processor time of a process and all below it so far, in seconds; 0 where nothing tells."""
    folder = Path(f"/proc/{process}")
    try:
        spent = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]  # utime, stime: see proc(5)
        below = [child for task in (folder / "task").iterdir() for child in read_children(task)]
    except OSError:
        return 0.0
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK") + sum(map(processor_seconds, below))


def read_children(task: Path) -> list[int]:
    """Return the processes that a thread has started."""
    return [int(child) for child in (task / "children").read_text().split()]


def load(server: int, url: str, script: Path, connections: int) -> str:
    """Run wrk, and return a line with what it measured, how the service answered, and what it took."""
    command = ["wrk", f"-c{connections}", f"-t{min(connections, 2)}", f"-d{SECONDS}s"]
    before, spent = statuses(url), processor_seconds(server)
    report = subprocess.run(
        [*command, "-s", str(script), url], check=True, capture_output=True, text=True
    ).stdout
    spent = processor_seconds(server) - spent
    answered = {status: count - before.get(status, 0) for status, count in statuses(url).items()}
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    times = "  ".join(re.findall(r"^p\d+ .*$", report, re.MULTILINE))
    broken = re.search(r"Socket errors: (.*)", report)
    told = ", ".join(f"{count:,} x {status}" for status, count in sorted(answered.items()) if count)
    each = spent / max(1, sum(answered.values())) * 1000
    return (
        f"{connections:>3} connections  {float(rate[1]) if rate else 0:8.0f} requests/s  {times}  "
        f"processor {each:.2f} ms a request  {told}; socket errors: {broken[1] if broken else 'none'}"
    )


def ask(url: str, body: bytes) -> tuple[int, str | None, float]:
    """Send one query; return the status, when to try again, and how long it took in ms."""
    request = urllib.request.Request(f"{url}/v1/search", body, {"Content-Type": "application/json"})
    begun = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
            status, again = answer.status, None
    except urllib.error.HTTPError as refused:
        status, again = refused.code, refused.headers["Retry-After"]
    return status, again, (time.perf_counter() - begun) * 1000


def overload(server: int, url: str, script: Path, body: bytes) -> None:
    """Print what ten times as many connections do, and how the requests after them are answered."""
    before = [ask(url, body)[2] for _ in range(50)]
    with ThreadPoolExecutor(1) as threads:
        loaded = threads.submit(load, server, url, script, OVERLOAD)
        time.sleep(SECONDS / 2)
        during = [ask(url, body) for _ in range(50)]
        print(loaded.result())
    after = [ask(url, body) for _ in range(50)]
    refused = [again or "none" for status, again, _ in during if status == 429]
    print(f"    in it, {len(refused)} of 50 more were refused, Retry-After {sorted(set(refused))} s")
    first, median = after[0][2], np.median([ms for *_, ms in after])
    failed = sum(status != 200 for status, *_ in after)
    print(f"    one at a time: p50 {np.median(before):.1f} ms before it; after it the first {first:.1f} ms,")
    print(f"    p50 {median:.1f} ms, {failed} of 50 refused")


def main() -> int:
    """Print the figures."""
    if shutil.which("wrk") is None:
        print("wrk is not installed: nothing was measured")
        return 0
    with tempfile.TemporaryDirectory(prefix="pinakes-load-") as name:
        folder = Path(name)
        begun = time.monotonic()
        collection, queries = make_collection(folder)
        script = write_queries(folder, queries)
        seconds = time.monotonic() - begun
        what = f"{ITEMS:,} items of {queries.shape[1]} dimensions, indexed in {seconds:.0f} s"
        print(f"{what}; {WORKERS} workers; {BUDGET}")
        body = (folder / "queries.jsonl").read_bytes().splitlines()[0]
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "pinakes", "serve", str(collection), "--port", str(port)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([*command, "--workers", str(WORKERS)], stdout=log, stderr=log)
            try:
                wait_until_ready(url)
                for connections in CONNECTIONS:
                    print(load(server.pid, url, script, connections), flush=True)
                overload(server.pid, url, script, body)
            finally:
                server.terminate()
                server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
