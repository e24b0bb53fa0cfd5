"""Preparers by name: functions that decode workers import and call with the pixels of every picture."""

import importlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Preparer: TypeAlias = Callable[[Any], NDArray[np.generic]]
"""From rgb uint8 of shape (h, w, 3), which is read-only, to an array; see `for_images` for the other way."""

P = TypeVar("P", bound=Callable[..., NDArray[np.generic]])

_images: Final = "__takes_image__"


def for_images(preparer: P) -> P:
    """Mark a preparer that takes a Pillow image of mode RGB as well as an array of pixels.

    A worker then hands over the image as it was decoded, which is not to be changed: a preparer that resizes
    would only make one again of the pixels. To be used as a decorator.
    """
    setattr(preparer, _images, True)
    return preparer


def takes_image(preparer: Preparer) -> bool:
    """Return whether a preparer, or the function below its arguments, was marked by `for_images`."""
    return hasattr(preparer.func if isinstance(preparer, partial) else preparer, _images)


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
