"""How many cores there are to use."""

import os

SHARE = "OMP_NUM_THREADS"
"""The variable by which a process is told its share of the cores, by `pinakes serve` as by anybody else."""


def usable_cores() -> int:
    """Return how many cores this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared_cores() -> int:
    """Return how many cores one piece of work may use: no more than the share of this process, if any."""
    share = os.environ.get(SHARE, "")
    return min(usable_cores(), int(share)) if share.isdecimal() and int(share) else usable_cores()
