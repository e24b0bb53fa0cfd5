"""The parent's end of one decode worker: started when needed, killed when late, replaced when dead."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from pinakes.errors import UsageError
from pinakes.media.frames import Frame, receive, send
from pinakes.media.instructions import Instructions
from pinakes.media.job import refusal_frame
from pinakes.media.reasons import Reason

_START_SECONDS = 60.0
"""How long a worker may take to import its preparers, on a machine that is busy."""

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""There is a worker for each core: threads inside them would only fight."""

_KEPT_MEMORY = dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(2**24))
"""For glibc: up to 16 MiB that one picture has used stay for the next. As glibc does it by itself, the kernel
takes and clears them for each: 526 page faults and 1 ms for 512 x 512 pixels."""


_NICE = 10
"""By how much a worker in the background steps back: to a tenth of a core that an encoder wants, too."""


class WorkerProcess:
    """One worker process, used by one thread at a time.

    Args:
        instructions: what it does with every picture.
        background: whether it steps back where the cores are busy.
    """

    def __init__(self, instructions: Instructions, *, background: bool = False) -> None:
        self._instructions = instructions
        self._background = background
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._ready = False

    def start(self) -> None:
        """Start the process, without waiting until it is ready."""
        self._channel, theirs = socket.socketpair()
        self._ready = False
        with theirs:
            self._process = subprocess.Popen(
                # -P: a json.py that lies in the folder of pictures is not our json.
                [sys.executable, "-P", "-m", "pinakes.media.worker"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                # libtiff and others write there about every broken file.
                stderr=subprocess.DEVNULL,
                env={**_KEPT_MEMORY, **os.environ, **_ONE_THREAD, "PYTHONPATH": _import_path()},
                # Ctrl-C in the terminal is for the parent alone.
                process_group=0,
            )
        if self._background:
            with suppress(OSError):  # where that is refused, it works on as any other
                usual = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self._process.pid, usual + _NICE)
        with suppress(OSError):  # a worker that died at once is noticed when its greeting is awaited
            send(self._channel, self._instructions.frame())

    def ask(self, request: Frame) -> Frame:
        """Send one job and wait for its answer, which is a refusal if the worker was late or died.

        Raises:
            UsageError: the worker cannot start, for instance because a preparer cannot be imported.
        """
        channel = self._ready_channel()
        seconds = self._instructions.limits.seconds
        deadline = time.monotonic() + seconds
        try:
            channel.settimeout(seconds)
            send(channel, request)
            return receive(channel, deadline)
        except TimeoutError:
            self.close()
            return refusal_frame(Reason.TIMEOUT, f"it takes more than {seconds:g} s")
        except (EOFError, OSError):
            return refusal_frame(Reason.CRASHED, f"the process that decoded it {self._epitaph()}")

    def kill(self) -> None:
        """Kill the process, from another thread than the one that waits for its answer and then closes."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Kill the process, wait for its end and close the channel."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def _ready_channel(self) -> socket.socket:
        """Return the channel to a live worker that has imported its preparers, starting one where needed."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self.start()
        assert self._channel is not None
        if self._ready:
            return self._channel
        try:
            greeting = receive(self._channel, time.monotonic() + _START_SECONDS)
        except (EOFError, OSError):
            raise UsageError(
                f"a decode worker did not start: it {self._epitaph()}; "
                f"`{sys.executable} -m pinakes.media.worker` shows why"
            ) from None
        if "error" in greeting.header:
            self.close()
            raise UsageError(
                f"a decode worker cannot import its preparers {dict(self._instructions.preparers)}: "
                f"{greeting.header['error']}"
            )
        self._ready = True
        return self._channel

    def _epitaph(self) -> str:
        """Close, and return how the process ended by itself."""
        assert self._process is not None
        process = self._process
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1.0)  # the channel closes a moment before the process is gone
        self.close()
        if process.returncode < 0:
            return f"was ended by signal {signal.Signals(-process.returncode).name}"
        return f"ended with exit code {process.returncode}"


def _import_path() -> str:
    """Return where this process finds modules, so that a worker finds the same preparers."""
    return os.pathsep.join(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 ("" is the folder we are in)
