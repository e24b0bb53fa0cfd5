"""The vector spaces of a snapshot: of pictures, of words, and of vectors that the source brought."""

from pinakes.ingest.spaces.binding import unbound_notes
from pinakes.ingest.spaces.build import SpaceBuilder
from pinakes.ingest.spaces.material import BuiltSpace, Material

__all__ = ["BuiltSpace", "Material", "SpaceBuilder", "unbound_notes"]
