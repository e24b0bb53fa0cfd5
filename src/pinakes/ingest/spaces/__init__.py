"""The vector spaces of a snapshot: of pictures, of words, and of vectors that the source brought."""

from pinakes.ingest.spaces.binding import unbound_notes
from pinakes.ingest.spaces.build import SpaceBuilder
from pinakes.ingest.spaces.fitting import fit_pictures
from pinakes.ingest.spaces.material import BuiltSpace, Material
from pinakes.ingest.spaces.store import FeatureStore

__all__ = ["BuiltSpace", "FeatureStore", "Material", "SpaceBuilder", "fit_pictures", "unbound_notes"]
