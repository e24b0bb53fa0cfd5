"""Whether somebody holds a lock of the kernel on a file."""

import fcntl
import os
from pathlib import Path


def is_locked(path: Path) -> bool:
    """Return whether an open file of any process holds an exclusive flock(2) on a file or folder.

    Raises:
        OSError: it cannot be opened, for instance because it is not there.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
