"""Write a base and a delta, killed at every step in turn: ``kill_writer.py FOLDER``.

The folder gets one collection for each step. A step is a call that changes the disk. Each run is a fork of
this process, which itself never uses polars: its threads would not survive the fork.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import polars as pl
from small_snapshots import base_contents, delta_contents, new_collection

from pinakes.snapshots.writer import write_snapshot

WRITING = {"os.mkdir", "os.chmod", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
KILLED, FINISHED = 9, 0


class Countdown:
    """Ends the process, without any cleaning up, when its steps are used up."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.lock = threading.Lock()  # files are flushed by several threads

    def step(self) -> None:
        with self.lock:
            self.steps -= 1
            if self.steps < 0:
                os._exit(KILLED)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        mode = str(arguments[1]) if event == "open" else ""
        if event in WRITING or set(mode) & set("wxa+"):
            self.step()


def write(folder: Path, steps: int) -> None:
    countdown = Countdown(steps)
    paths, base, delta = new_collection(folder), base_contents(), delta_contents()
    fsync, write_parquet = os.fsync, pl.DataFrame.write_parquet

    def counted_fsync(descriptor: int) -> None:
        countdown.step()
        fsync(descriptor)

    def counted_write(frame: pl.DataFrame, path: Path) -> None:
        countdown.step()
        write_parquet(frame, path)
        if countdown.steps == 0:  # killed in the middle of the file
            os.truncate(path, path.stat().st_size // 2)
        countdown.step()

    os.fsync, pl.DataFrame.write_parquet = counted_fsync, counted_write  # type: ignore[method-assign,assignment]
    sys.addaudithook(countdown.audit)
    write_snapshot(paths, base)
    write_snapshot(paths, delta)


def main(folder: Path) -> None:
    step, status = 0, KILLED
    while status == KILLED:
        child = os.fork()
        if child == 0:
            write(folder / f"{step:03d}", step)
            os._exit(FINISHED)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        step += 1
    sys.exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
