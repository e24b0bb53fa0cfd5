"""Any pixel format to 8-bit sRGB on white."""

import io
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms

_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N")


def to_srgb(image: Image.Image) -> Image.Image:
    """Return a loaded picture as mode RGB: sRGB colours, transparency composed on white.

    An ICC profile is applied with its perceptual intent. One that does not fit the pixels is ignored, as
    browsers do. More than 8 bits a channel are scaled to 8, never clipped.
    """
    colours, alpha = _split(image)
    rgb = _managed(colours, image.info.get("icc_profile"))
    if alpha is not None:
        rgb.paste("white", mask=ImageChops.invert(alpha))
    return rgb


def _split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return colours in an 8-bit mode without transparency, and the mask that was taken off, if any."""
    if image.mode in _SIXTEEN_BIT or image.mode in ("I", "F"):
        return _deep_grey(image)
    if not image.has_transparency_data:
        return (image.convert("RGB") if image.mode == "P" else image), None
    grey = image.mode in ("1", "L", "LA", "La")
    colour_mode, mode = ("L", "LA") if grey else ("RGB", "RGBA")
    with_alpha = image if image.mode == mode else image.convert(mode)
    return with_alpha.convert(colour_mode), with_alpha.getchannel("A")


def _managed(colours: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            return _to_srgb_transform(profile, colours.mode)(colours)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # the profile is broken, or of another colour model than the pixels
    return colours if colours.mode == "RGB" else colours.convert("RGB")


@lru_cache(maxsize=16)
def _to_srgb_transform(profile: bytes, mode: str) -> Callable[[Image.Image], Image.Image]:
    """Return the transform from a profile; kept, because one camera or program writes one profile for all."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB").apply


def _deep_grey(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    values = np.asarray(image)
    transparent = image.info.get("transparency")
    mask = None
    if isinstance(transparent, int):
        mask = Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8))
    if image.mode in _SIXTEEN_BIT:
        # The high byte, which is also what Pillow keeps of 16-bit colour.
        return Image.fromarray((values >> 8).astype(np.uint8)), mask
    return Image.fromarray(_scaled(values)), mask


def _scaled(values: NDArray[np.int32] | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scale 32-bit grey to 8 bits by the narrowest usual range that holds it, or else by its own range.

    These formats do not record what white is: 1.0, 255 and 65,535 are the usual ones.
    """
    finite = values.astype(np.float32)
    np.nan_to_num(finite, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    np.clip(finite, -1e37, 1e37, out=finite)  # so that the range itself does not overflow
    low, high = float(finite.min()), float(finite.max())
    usual = (255.0, 65535.0) if values.dtype.kind == "i" else (1.0, 255.0, 65535.0)
    white = next((w for w in usual if low >= 0.0 and high <= w), None)
    if white is None:
        finite -= low
        white = high - low or 1.0
    finite *= 255.0 / white
    return np.rint(finite, out=finite).astype(np.uint8)
