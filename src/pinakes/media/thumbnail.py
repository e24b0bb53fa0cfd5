"""Small pictures for pages of results."""

import io

from PIL import Image

from pinakes.media.decode import Picture


def thumbnail(picture: Picture, longer_side: int = 320) -> bytes:
    """Return a picture reduced to fit a square, as a WebP file without any metadata.

    A Lanczos filter reduces it, so that fine patterns do not alias. Never enlarged.

    Args:
        picture: what to show.
        longer_side: pixels of the longer side at most.
    """
    image = picture.image.copy()
    image.thumbnail((longer_side, longer_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=80, method=4)
    return file.getvalue()
