"""What a number was measured on."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Self

import numpy as np

from pinakes.cores import usable_cores

CPUINFO = Path("/proc/cpuinfo")

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
"""What decides how many threads NumPy, FAISS and libraries in Rust start; a run sets all of them alike."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and the libraries that decide how fast this process can compute.

    Attributes:
        processor: the model's name, or the architecture where the system does not tell.
        cores: logical cores that this process may use.
        memory: bytes of main memory.
        load: mean number of runnable processes in the last minute; well above 0 before a measurement: the
            machine is shared.
        python: version of the interpreter.
        numpy: version of NumPy.
        blas: name and version of the library that NumPy multiplies matrices with.
    """

    processor: str
    cores: int
    memory: int
    load: float
    python: str
    numpy: str
    blas: str

    @classmethod
    def this(cls) -> Self:
        """Look at the machine that this process runs on."""
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return cls(
            processor=_processor(),
            cores=usable_cores(),
            memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            load=os.getloadavg()[0],
            python=platform.python_version(),
            numpy=np.__version__,
            blas=f"{blas['name']} {blas['version']}",
        )

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory / 2**30:.1f} GiB, load {self.load:.1f}; "
            f"Python {self.python}, NumPy {self.numpy} with {self.blas}"
        )


def describe_machine() -> str:
    """Return one line about the machine, to stand above the figures measured on it."""
    return str(Machine.this())


def library_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the version of each package that is installed."""
    versions = {}
    for package in packages:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def thread_settings() -> dict[str, str]:
    """Return the variables that decide about threads, as far as they are set."""
    return {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}


def _processor() -> str:
    if CPUINFO.exists():
        for line in CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return value.strip()
    return platform.machine()
