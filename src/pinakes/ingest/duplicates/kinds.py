"""What near-duplicates are, in words and in numbers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How two pictures are related, the closest first.

    Attributes:
        IDENTICAL: the files have the same bytes.
        REENCODED: one photo, saved or resized again.
        EDITED: one photo, cropped, mirrored, turned a little, marked, or made lighter or darker.
        OTHER_PHOTO: the same thing photographed again from the same place.
    """

    IDENTICAL = "identical"
    REENCODED = "reencoded"
    EDITED = "edited"
    OTHER_PHOTO = "other_photo"

    @property
    def closeness(self) -> int:
        """3 for identical down to 0 for another photo."""
        return 3 - list(Kind).index(self)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one kind ends and the next one begins; docs/duplicates.md says how each was measured.

    Attributes:
        same_photo: least agreement of a photo and its edited copy.
        same_scene: least agreement of anything that is related.
        unchanged: most difference, in grey levels, of a photo that was only saved or resized again: copies
            stay below 3, two photos of one coin on a tripod begin at 5.
    """

    same_photo: float = 0.86
    same_scene: float = 0.76
    unchanged: float = 3.0


DEFAULT_THRESHOLDS: Final = Thresholds()


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two pictures that are near-duplicates.

    Attributes:
        first: sha256 of the file's bytes, in hex, the lower one.
        second: that of the other picture.
        kind: how they are related.
        score: 0 to 1, higher is nearer; see `pinakes.ingest.duplicates.agreement`.
        mirrored: one is the other in a mirror.
    """

    first: str
    second: str
    kind: Kind
    score: float
    mirrored: bool = False
