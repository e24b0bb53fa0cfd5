"""Seconds to index, to freeze and to open 100,000 items that bring their vectors."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.budget import verdict
from benchmarks.real_vectors import generated_dataset
from pinakes.bench.memory import drop_cached, files_below
from pinakes.bench.systems.pinakes_engine import write_items

ROWS, REPEATS = 100_000, 5

OPEN = """
import sys, time
import numpy as np
import pinakes
begun = time.perf_counter()
with pinakes.open(sys.argv[1]) as engine:
    opened = time.perf_counter() - begun
    engine.search(vector=np.ones({dim}, dtype=np.float32), top=10)
    print(opened, time.perf_counter() - begun)
"""
"""Run in a new process; the imports of `pinakes.open` are part of what it takes."""


def main() -> int:
    """Print the figures and the budgets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = generated_dataset(folder, ROWS)
        write_items(dataset, folder / "items.parquet")
        table, into = str(folder / "items.parquet"), folder / "collection"
        command = [sys.executable, "-m", "pinakes", "index", table, "--into", str(into), "--json"]
        begun = time.perf_counter()
        done = subprocess.run(
            [*command, "--waive", "synthetic.vector"], check=True, capture_output=True, text=True
        )
        whole = time.perf_counter() - begun
        report = json.loads(done.stdout)
        print(
            f"{ROWS:,} items with {dataset.rows.shape[1]} dimensions, synthetic; whole command {whole:.1f} s"
        )
        print(verdict("freeze", report["freeze"]["seconds"], 20.0, " s"))
        program = OPEN.format(dim=dataset.rows.shape[1])
        for how in ("cold", "warm"):
            times = []
            for _ in range(REPEATS):
                if how == "cold":
                    drop_cached(files_below(into))
                answer = subprocess.run(
                    [sys.executable, "-c", program, str(into)], check=True, capture_output=True, text=True
                )
                times.append(tuple(map(float, answer.stdout.split())))
            opened, answered = sorted(times)[REPEATS // 2]
            print(verdict(f"open, {how} page cache, median of {REPEATS}", opened, 0.5, " s"))
            print(f"        until the first answer: {answered:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
