"""Kill -9 at ten moments of `index`, run it again, and compare with an undisturbed run.

Run: ``python -m benchmarks.interruption [FOLDER]``. FOLDER is a folder of pictures with its table; by
default the fashion photos of the data folder beside the repository. Seven kills hit the reading of the
pictures and the encoding, three the writing of the snapshot and its publication. What the killed run stored
and what the rerun encoded must be all pictures together: none twice, none never.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.encoders.descriptor import FEATURES_FINGERPRINT
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.reader import open_snapshot

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MOMENTS = (
    "pictures 0.05",
    "pictures 0.2",
    "pictures 0.5",
    "pictures 0.6",
    "pictures 0.8",
    "pictures 1.0",
    "encoding 1.0",
    "fsync 5",
    "replace snapshots",
    "replace refs",
)


def main() -> int:
    """Print a line for each moment; return 1 if anything differs."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "fashion"
    if not source.is_dir():
        print(f"skipped: no folder {source}")
        return 1
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = Path(folder) / "undisturbed"
        total = _index(source, undisturbed)["add"]["pictures"]["decoded"]
        wanted, distinct = _state(undisturbed), _stored(undisturbed)
        print(f"undisturbed: {wanted[0]} items, {total} pictures, content hash {wanted[1][:16]}")
        for moment in MOMENTS:
            into = Path(folder) / "killed"
            status = _index_killed(source, into, moment, total)
            stored = _stored(into)
            left = "none" if not (into / ".pinakes/refs/live.json").exists() else "published"
            report = _index(source, into)
            state = _state(into)
            same = state[:2] == wanted[:2] and np.array_equal(state[2], wanted[2])
            redone = report["add"]["pictures"]["decoded"]
            made = report["add"]["features"]["made"]
            once = stored + made == distinct == _stored(into)
            killed = status == -signal.SIGKILL
            failed += not (same and killed and once)
            print(
                f"{moment:16} killed: {killed}, release then: {left}; rerun decoded {redone} of {total}; "
                f"{stored} encoded before + {made} after = {distinct}, each once: {once}; "
                f"items, content hash and vectors equal: {same}"
            )
            shutil.rmtree(into)
    return int(failed > 0)


def _index(source: Path, into: Path) -> dict[str, dict[str, dict[str, int]]]:
    command = [sys.executable, "-m", "pinakes", "index", str(source), "--into", str(into), "--json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output)  # type: ignore[no-any-return]


def _index_killed(source: Path, into: Path, moment: str, total: int) -> int:
    """Index in a process that kills itself at a moment, and return how it ended."""
    command = [sys.executable, "-m", "benchmarks.interruption", "--victim", str(source), str(into), moment]
    return subprocess.run([*command, str(total)], check=False, capture_output=True).returncode


def _stored(folder: Path) -> int:
    """Return how many features the cache of a collection holds."""
    cache = SQLiteCache(CollectionPaths(folder).features_db).open()
    try:
        return cache.count(FEATURES_FINGERPRINT)
    finally:
        cache.close()


def _state(folder: Path) -> tuple[int, str, np.ndarray]:
    snapshot = open_snapshot(CollectionPaths(folder), "v0001")
    vectors = np.array(snapshot.vectors("picture"))
    return snapshot.manifest.counts.items, snapshot.manifest.content_hash, vectors


def victim(source: Path, into: Path, moment: str, pictures: int) -> None:
    """Index, and end by SIGKILL at a moment: a stage and its share done, or the nth call of a function."""
    when, _, amount = moment.partition(" ")
    calls = {"fsync": 0}

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def report(stage: str, done: int, total: int | None) -> None:
        if stage == when and done >= float(amount) * (total or pictures):
            die()

    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        calls["fsync"] += 1
        if calls["fsync"] == int(amount):
            die()
        real_fsync(descriptor)

    def replace(old: str, new: str) -> None:
        if f"/{amount}/" in str(new):
            die()
        real_replace(old, new)

    if when == "fsync":
        os.fsync = fsync  # type: ignore[assignment]
    elif when == "replace":
        os.replace = replace  # type: ignore[assignment]
    from pinakes.creation import index  # noqa: PLC0415 - after the functions it uses were replaced

    index(source, into, progress=report)


if __name__ == "__main__":
    if "--victim" in sys.argv:
        victim(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    sys.exit(main())
