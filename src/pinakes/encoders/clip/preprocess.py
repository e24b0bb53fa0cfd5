"""From the pixels of a picture to what an image tower takes: open_clip's evaluation transform, exactly.

Decode workers import this module, so it needs NumPy and Pillow only. The steps and their rounding are those
of open_clip 3.3 (``open_clip.transform.image_transform``) over torchvision's functions for Pillow images.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pinakes.errors import SettingsError
from pinakes.media.preparers import for_images

OPENAI_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD: Final = (0.26862954, 0.26130258, 0.27577711)
"""Mean and deviation of the channels where a model names none (Radford et al., 2021)."""

RESIZE_MODES: Final = ("shortest", "longest", "squash")
_RESAMPLING: Final = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "random": Image.Resampling.BICUBIC,
}


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a model wants its pictures.

    Attributes:
        height: pixels of the tower's input.
        width: pixels of the tower's input.
        resize: ``shortest`` cuts what is over, ``longest`` fills what is left, ``squash`` changes the aspect.
        interpolation: ``bicubic`` or ``bilinear``.
        fill: grey level of what ``longest`` fills, 0 to 255.
        mean: of red, green and blue, in [0, 1].
        std: of red, green and blue.
    """

    height: int
    width: int
    resize: str = "shortest"
    interpolation: str = "bicubic"
    fill: int = 0
    mean: tuple[float, float, float] = OPENAI_MEAN
    std: tuple[float, float, float] = OPENAI_STD

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Read open_clip's ``preprocess_cfg.json``; keys that it lacks have open_clip's defaults.

        Raises:
            SettingsError: names the key whose value cannot be used.
        """
        size = config.get("size", 224)
        sides = [size, size] if isinstance(size, int) else list(size) if isinstance(size, list) else []
        if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
            raise SettingsError(f"'size' must be pixels or [height, width], got {size!r}")
        mode, resize = config.get("mode", "RGB"), config.get("resize_mode") or "shortest"
        interpolation = config.get("interpolation") or "bicubic"
        if mode != "RGB":
            raise SettingsError(f"'mode' must be 'RGB', got {mode!r}")
        if resize not in RESIZE_MODES:
            raise SettingsError(f"'resize_mode' must be one of {', '.join(RESIZE_MODES)}, got {resize!r}")
        if interpolation not in _RESAMPLING:
            raise SettingsError(
                f"'interpolation' must be one of {', '.join(_RESAMPLING)}, got {interpolation!r}"
            )
        return cls(
            height=sides[0],
            width=sides[1],
            resize=resize,
            interpolation=interpolation,
            fill=_number(config, "fill_color", 0),
            mean=_channels(config, "mean", OPENAI_MEAN),
            std=_channels(config, "std", OPENAI_STD),
        )

    @property
    def preparer(self) -> str:
        """Name `prepare` and its arguments, for decode workers."""
        arguments = {
            "height": self.height,
            "width": self.width,
            "resize": self.resize,
            "interpolation": self.interpolation,
            "fill": self.fill,
        }
        return f"{__name__}:prepare {json.dumps(arguments)}"

    def normalise(self, prepared: NDArray[np.generic]) -> NDArray[np.float32]:
        """Scale to [0, 1], then by mean and deviation, in single precision as torch does it.

        Args:
            prepared: what `prepare` returned: uint8 of shape (height, width, 3).

        Returns:
            float32 of shape (1, 3, height, width), C-contiguous.

        Raises:
            ValueError: another dtype or shape.
        """
        if prepared.dtype != np.uint8 or prepared.shape != (self.height, self.width, 3):
            raise ValueError(
                f"a prepared picture is uint8 of shape ({self.height}, {self.width}, 3), "
                f"got {prepared.dtype} {prepared.shape}"
            )
        scaled = prepared.transpose(2, 0, 1)[None].astype(np.float32, order="C")
        scaled /= np.float32(255)
        scaled -= np.array(self.mean, dtype=np.float32)[:, None, None]
        scaled /= np.array(self.std, dtype=np.float32)[:, None, None]
        return scaled


@for_images
def prepare(
    picture: Image.Image | NDArray[np.uint8],
    *,
    height: int,
    width: int,
    resize: str,
    interpolation: str,
    fill: int,
) -> NDArray[np.uint8]:
    """Resize and cut or fill a picture to the size of a tower's input.

    Args:
        picture: an image of mode RGB, or uint8 of shape (h, w, 3).
        height: pixels of the result.
        width: pixels of the result.
        resize: see `Preprocessing.resize`.
        interpolation: see `Preprocessing.interpolation`.
        fill: see `Preprocessing.fill`.

    Returns:
        uint8 of shape (height, width, 3).
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    target = _resized(image.height, image.width, height, width, resize)
    # Pillow's resize is a low-pass filter when it makes smaller: torchvision's "antialias" is always on here.
    resized = image.resize(target[::-1], _RESAMPLING[interpolation])
    return _centred(np.asarray(resized), height, width, fill)


def _resized(h: int, w: int, height: int, width: int, resize: str) -> tuple[int, int]:
    """Return height and width after resizing, each at least 1."""
    if resize == "squash":
        return height, width
    if resize == "shortest" and height == width:  # torchvision's own rule, which rounds down
        return (height, int(height * w / h)) if h <= w else (int(height * h / w), height)
    ratios = (h / height, w / width)
    ratio = max(ratios) if resize == "longest" else min(ratios)
    return max(1, round(h / ratio)), max(1, round(w / ratio))


def _centred(rgb: NDArray[np.uint8], height: int, width: int, fill: int) -> NDArray[np.uint8]:
    """Fill and cut around the centre; halves of pixels go as in torchvision, which rounds half to even."""
    h, w = rgb.shape[:2]
    if h < height or w < width:
        rows, columns = max(height - h, 0), max(width - w, 0)
        around = ((rows // 2, (rows + 1) // 2), (columns // 2, (columns + 1) // 2), (0, 0))
        rgb = np.pad(rgb, around, constant_values=fill)
        h, w = rgb.shape[:2]
    top, left = round((h - height) / 2), round((w - width) / 2)
    return np.ascontiguousarray(rgb[top : top + height, left : left + width])


def _number(config: Mapping[str, Any], key: str, default: int) -> int:
    value = config.get(key, default)
    if not isinstance(value, int) or not 0 <= value <= 255:
        raise SettingsError(f"{key!r} must be a whole number from 0 to 255, got {value!r}")
    return value


def _channels(
    config: Mapping[str, Any], key: str, default: tuple[float, float, float]
) -> tuple[float, float, float]:
    value = config.get(key) or default
    numbers = [value] * 3 if isinstance(value, int | float) else value
    if (
        not isinstance(numbers, Sequence)
        or len(numbers) != 3
        or not all(isinstance(number, int | float) for number in numbers)
        or (key == "std" and not all(numbers))
    ):
        raise SettingsError(f"{key!r} must be three numbers, got {value!r}")
    red, green, blue = (float(number) for number in numbers)
    return red, green, blue
