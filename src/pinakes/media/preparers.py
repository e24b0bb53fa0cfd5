"""Preparers by name: functions that decode workers import and call with the pixels of every picture."""

import importlib
import json
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Preparer: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[np.generic]]
"""From rgb uint8 of shape (h, w, 3), which is read-only, to an array."""


def load_preparer(name: str) -> Preparer:
    """Import a preparer.

    Args:
        name: ``package.module:function``; where the function takes keyword arguments, a space and a JSON
            object follow, as in ``package.module:function {"size": 224}``.

    Raises:
        Exception: whatever its module raises when it is imported, or the arguments when they are read.
    """
    path, _, arguments = name.partition(" ")
    module, _, function = path.partition(":")
    preparer: Preparer = getattr(importlib.import_module(module), function)
    return partial(preparer, **json.loads(arguments)) if arguments else preparer
