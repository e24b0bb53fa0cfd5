"""One picture at the sizes that are asked for, each decoded once."""

from pinakes.media.decode import Picture, decode
from pinakes.media.limits import Limits
from pinakes.media.scale import ShorterSide


class Sizes:
    """The sizes at which one picture is decoded.

    What `at` returns depends on the file and the side alone, never on what was asked for before: two
    encoders of one collection see the same pixels as each of them would see by itself.

    Args:
        data: the whole file.
        limits: what is allowed.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._found: dict[int, Picture] = {}

    def at(self, shorter_side: ShorterSide | None) -> Picture:
        """Return the picture with at least so many pixels on its shorter side, see `decode`.

        Raises:
            MediaError: the picture is refused.
        """
        picture = next(iter(self._found.values()), None)
        if picture is None or picture.reduction(shorter_side) not in self._found:
            picture = decode(self._data, self._limits, shorter_side)
            self._found[picture.reduction(shorter_side)] = picture
        return self._found[picture.reduction(shorter_side)]

    def at_least(self, shorter_side: ShorterSide | None) -> Picture:
        """Return the picture as `at` does, or larger where it was decoded larger and not so small.

        Raises:
            MediaError: the picture is refused.
        """
        picture = next(iter(self._found.values()), None)
        enough = [] if picture is None else [f for f in self._found if f <= picture.reduction(shorter_side)]
        return self._found[max(enough)] if enough else self.at(shorter_side)
