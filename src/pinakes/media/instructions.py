"""What the workers of one pool do with every picture."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

from pinakes.media.frames import Frame
from pinakes.media.limits import Limits
from pinakes.media.scale import Enough, ShorterSide


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a worker does with every picture, told once when it starts.

    Attributes:
        limits: what one picture may cost.
        preparers: name -> ``package.module:function``, or the same with keyword arguments, see
            `load_preparer`.
        sides: shorter side in pixels that a preparer needs, by its name; the others get the full size.
        phash: whether perceptual hashes are made.
        thumbnail: pixels of the longer side of a thumbnail; None for no thumbnails.
    """

    limits: Limits
    preparers: Mapping[str, str]
    sides: Mapping[str, ShorterSide] = field(default_factory=dict)
    phash: bool = True
    thumbnail: int | None = None

    def frame(self) -> Frame:
        """Return the instructions as a frame."""
        return Frame(asdict(self))

    @classmethod
    def from_frame(cls, frame: Frame) -> Self:
        """Return the instructions that a frame holds."""
        values = dict(frame.header)
        sides = {name: Enough.of(side) for name, side in values.pop("sides").items()}
        return cls(Limits(**values.pop("limits")), sides=sides, **values)
