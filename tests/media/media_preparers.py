"""Preparers that worker processes import by name: well-behaved ones, and every kind of bad one."""

import os
import signal
import time

import numpy as np
from PIL import Image

from pinakes.media.preparers import for_images


def mean_colour(rgb):
    return rgb.reshape(-1, 3).mean(axis=0).astype(np.float32)


def pixels(rgb):
    return rgb


def corner(rgb):
    return rgb[:1, :1, 0]


def block(rgb, *, height, width):
    return rgb[:height, :width]


@for_images
def columns(picture, *, count):
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    found = np.asarray(image.resize((count, image.height)))
    return np.append(found, np.uint8(isinstance(picture, Image.Image)))


def threads(rgb):
    return np.array([int(os.environ["OMP_NUM_THREADS"]), int(os.environ["OPENBLAS_NUM_THREADS"])])


def process_id(rgb):
    return np.array([os.getpid()])


def slow(rgb):
    time.sleep(0.3)
    return rgb[0, 0]


def noisy(rgb):
    os.write(1, b"to standard output")
    return rgb[0, 0]


# A red picture makes these misbehave, any other is prepared: so one pool shows that only one job fails.
def _is_red(rgb):
    return tuple(rgb[0, 0]) == (255, 0, 0)


def hang(rgb):
    while _is_red(rgb):
        time.sleep(1)
    return rgb[0, 0]


def spin(rgb):
    while _is_red(rgb):
        pass
    return rgb[0, 0]


def allocate(rgb):
    if _is_red(rgb):
        np.ones(10 * 2**30, dtype=np.uint8)
    return rgb[0, 0]


def leave(rgb):
    if _is_red(rgb):
        os._exit(3)
    return rgb[0, 0]


def segfault(rgb):
    if _is_red(rgb):
        os.kill(os.getpid(), signal.SIGSEGV)
    return rgb[0, 0]


def complain(rgb):
    if _is_red(rgb):
        raise KeyError("no red here")
    return rgb[0, 0]


def forget(rgb):
    return None if _is_red(rgb) else rgb[0, 0]


def objects(rgb):
    return np.array([object()]) if _is_red(rgb) else rgb[0, 0]
