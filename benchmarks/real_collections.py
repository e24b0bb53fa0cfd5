"""Index fashion, coins, cocktails and products with one command each: counts, seconds, images a second.

Run: ``python -m benchmarks.real_collections``. Needs the data folder beside the repository. Each is indexed
by the command line in a process of its own, and verified afterwards.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SOURCES = ("fashion", "coins", "cocktails", "products/products.jsonl.gz")


def main() -> int:
    """Print a line for each collection; return 1 if the data folder is absent or a command failed."""
    if not DATA.is_dir():
        print(f"skipped: no data folder at {DATA}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES:
            into = Path(folder) / source.partition("/")[0]
            begun = time.perf_counter()
            report = json.loads(pinakes("index", str(DATA / source), "--into", str(into), "--json"))
            whole = time.perf_counter() - begun
            add, freeze = report["add"], report["freeze"]
            decoded = add["pictures"]["decoded"]
            rate = f", {decoded / add['seconds']:.0f} images/s" if decoded else ""
            passed = sum(gate["status"] == "pass" for gate in freeze["gates"])
            counts = f"{add['added']} items, {freeze['views']} views, {add['quarantined']} quarantined"
            print(f"{into.name}: {counts}; whole command {whole:.1f} s")
            print(
                f"  add {add['seconds']:.1f} s{rate}; freeze {freeze['seconds']:.1f} s, {passed} gates passed"
            )
            print(f"  {pinakes('verify', str(into)).strip()}")
    return 0


def pinakes(*arguments: str) -> str:
    """Run the command line and return its output."""
    command = [sys.executable, "-m", "pinakes", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
