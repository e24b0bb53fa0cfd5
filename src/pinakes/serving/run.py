"""Running the application: one process or several on one port, until they are told to end."""

import gc
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from pinakes.errors import UsageError
from pinakes.serving.app import create_app
from pinakes.serving.config import ServingConfig
from pinakes.serving.logs import log_to_stderr
from pinakes.serving.metrics import SHARED_METRICS
from pinakes.serving.standby import open_sound
from pinakes.serving.tally import TALLY, Tally
from pinakes.serving.writer import WriterProcess

BACKLOG = 2048
"""Connections that wait in the kernel."""

HEALTHY_WITHIN = 120
"""Seconds in which a worker must answer its supervisor. It does not while it starts, and the five of uvicorn
would end workers that start on a busy machine, again and again."""

GRACE = 15
"""Seconds that requests have to end after the process was told to."""

SHARING = "pinakes.serving.sharing:SharingLoop"
"""The event loop of one of several workers."""

PLACES = 4
"""Processes for each worker that may tell how many connections they have: one may be added, some end late."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS")
"""What libraries read when they are loaded: how many threads they may have."""


def serve(folder: Path, config: ServingConfig, announce: Callable[[str], None] | None = None) -> None:
    """Serve a collection until SIGINT or SIGTERM; requests under way are answered first.

    Args:
        folder: the collection's.
        config: the limits, and where to listen.
        announce: told the address once it is taken.

    Raises:
        UsageError: the configuration would serve strangers by accident, nothing is published, or the
            address cannot be listened on.
        SettingsError: the folder is not a collection.
        IntegrityError: the live release is damaged, and so are all before it.
    """
    config.check()
    open_sound(folder).close()  # what is wrong is said here, not by every worker
    listening = listen(config)
    if announce is not None:
        announce(address(listening))
    server = uvicorn.Config(
        partial(build_app, folder, config),
        factory=True,
        workers=config.workers,
        loop=SHARING if config.workers > 1 and os.name == "posix" else "auto",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=HEALTHY_WITHIN,
    )
    with ExitStack() as beside:
        if not config.read_only:
            writer = WriterProcess(folder.expanduser().absolute())
            writer.start()
            beside.callback(writer.stop)
        _run(server, listening)


def _run(server: uvicorn.Config, listening: socket.socket) -> None:
    if server.workers == 1:
        with suppress(KeyboardInterrupt):  # which uvicorn raises again after it has closed everything
            uvicorn.Server(server).run(sockets=[listening])
        return
    # Workers inherit the environment; prometheus_client and the matrix libraries know no other way.
    with (
        tempfile.TemporaryDirectory(prefix="pinakes-workers-") as shared,
        environment(
            {SHARED_METRICS: shared, **tally_in(Path(shared), server.workers), **threads_of(server.workers)}
        ),
    ):
        Multiprocess(server, sockets=[listening]).run()


def tally_in(folder: Path, workers: int) -> dict[str, str]:
    """Write the file by which workers share connections evenly, and return the setting that names it."""
    file = folder / "connections"
    Tally.create(file, PLACES * workers)
    return {TALLY: str(file)}


def threads_of(workers: int) -> dict[str, str]:
    """Return settings that share the cores out between workers; what the owner has set stays."""
    share = max(1, (os.cpu_count() or 1) // workers)
    return {name: str(share) for name in THREADS if name not in os.environ}


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment that are not set, for a while."""
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


def build_app(folder: Path, config: ServingConfig) -> FastAPI:
    """Return the application of one worker process, which logs to standard error."""
    log_to_stderr()
    end_with_supervisor()
    app = create_app(folder, config)
    # What was loaded stays: to look through it again and again would hold up requests, by 50 ms each time.
    gc.collect()
    gc.freeze()
    return app


def end_with_supervisor() -> None:
    """Let this process end as if told to when the one that started it is gone, if it was started by one.

    A supervisor that is killed tells its workers nothing. They would go on, with nobody who writes what they
    take in, and hold the port, so that no other could be started in their place.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def wait() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor", daemon=True).start()


def listen(config: ServingConfig) -> socket.socket:
    """Take the address.

    Raises:
        UsageError: it is taken already, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        listening = socket.create_server(
            (config.host.strip("[]"), config.port), family=family, backlog=BACKLOG
        )
    except OSError as error:
        raise UsageError(
            f"cannot listen on {config.host}, port {config.port}: {error.strerror}; choose another port"
        ) from None
    listening.set_inheritable(True)
    return listening


def address(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
