"""Requests a second of the HTTP service, and how long they take, at 1, 8 and 64 connections.

A collection of generated vectors is served by `pinakes serve` with two workers; wrk, in a process of its own
on the same machine, sends distinct query vectors over loopback. Nothing is cached between requests.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import polars as pl

import pinakes

ITEMS, DIM, QUERIES, WORKERS, SECONDS = 60_000, 512, 10_000, 2, 10
CONNECTIONS = (1, 8, 64)
GATES = ("synthetic.vector",)
"""Generated vectors are what this gate is there to refuse."""

SCRIPT = """
local bodies, at = {}, 0
for line in io.lines("%s") do bodies[#bodies + 1] = line end
request = function()
  at = at %% #bodies + 1
  return wrk.format("POST", "/v1/search", {["Content-Type"] = "application/json"}, bodies[at])
end
"""


def vectors(rows: int, seed: int) -> np.ndarray:
    """Return vectors around 500 centres, so that nearest neighbours are near."""
    centres = np.random.default_rng(0).standard_normal((500, DIM))
    random = np.random.default_rng(seed)
    return (centres[random.integers(0, 500, rows)] + random.standard_normal((rows, DIM))).astype(np.float32)


def make_collection(folder: Path) -> Path:
    """Index generated items with vectors, and return the collection's folder."""
    table = pl.DataFrame(
        {
            "id": [f"item-{number:05}" for number in range(ITEMS)],
            "title": [f"Item {number} of shelf {number % 97}" for number in range(ITEMS)],
            "price": np.random.default_rng(2).uniform(1, 100, ITEMS).round(2),
            "vector": vectors(ITEMS, 1),
        }
    )
    table.write_parquet(folder / "items.parquet")
    pinakes.index(folder / "items.parquet", folder / "collection", waive=GATES)
    return folder / "collection"


def write_queries(folder: Path) -> Path:
    """Write distinct queries, one to a line, and the script that sends them."""
    rows = vectors(QUERIES, 3)
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


def load(url: str, script: Path, connections: int) -> str:
    """Run wrk, and return a line with what it measured."""
    command = [
        "wrk",
        "--latency",
        f"-c{connections}",
        f"-t{min(connections, 2)}",
        f"-d{SECONDS}s",
        "-s",
        str(script),
        url,
    ]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    times = {share: re.search(rf"^\s+{share}%\s+(\S+)", report, re.MULTILINE) for share in (50, 90, 99)}
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    shown = "  ".join(f"p{share} {found[1]:>9}" for share, found in times.items() if found)
    errors = refused[1] if refused else "0"
    return f"{connections:>3} connections  {float(rate[1]) if rate else 0:8.0f} QPS  {shown}  errors {errors}"


def main() -> int:
    """Print the figures."""
    if shutil.which("wrk") is None:
        print("wrk is not installed: nothing was measured")
        return 0
    with tempfile.TemporaryDirectory(prefix="pinakes-load-") as name:
        folder = Path(name)
        begun = time.monotonic()
        collection, script = make_collection(folder), write_queries(folder)
        seconds = time.monotonic() - begun
        print(f"{ITEMS:,} items of {DIM} dimensions, indexed in {seconds:.0f} s; {WORKERS} workers")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "pinakes", "serve", str(collection), "--port", str(port)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([*command, "--workers", str(WORKERS)], stdout=log, stderr=log)
            try:
                wait_until_ready(url)
                for connections in CONNECTIONS:
                    print(load(url, script, connections), flush=True)
            finally:
                server.terminate()
                server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
