"""From the settings of a space to the space."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from pinakes.encoders.base import Family, FittedEncoder, TextFamily
from pinakes.ingest.spaces.brought import build_brought
from pinakes.ingest.spaces.material import BuiltSpace, Material
from pinakes.ingest.spaces.pictures import build_pictures
from pinakes.ingest.spaces.texts import build_texts
from pinakes.settings import SpaceSettings
from pinakes.types import BROUGHT


@dataclass(frozen=True, slots=True)
class SpaceBuilder:
    """Builds the spaces of one snapshot.

    Attributes:
        material: of the snapshot.
        families: the encoders by name.
        brought: the spaces whose vectors the source brings.
        fitted: the encoders of pictures that were fitted for this snapshot, by space.
        kept: the spaces that are those of the base: what was fitted for it is used again.
    """

    material: Material
    families: Mapping[str, Family]
    brought: Collection[str] = ()
    fitted: Mapping[str, FittedEncoder] = field(default_factory=dict)
    kept: Collection[str] = ()

    def build(self, name: str, settings: SpaceSettings) -> BuiltSpace:
        """Build one space.

        Raises:
            IntegrityError: the feature cache lacks something that the catalogue names.
            GateError: vectors of a delta were made by another encoder than the one their space is bound to.
        """
        material = self.material if name in self.kept else replace(self.material, base=None)
        family = None if settings.encoder == BROUGHT else self.families[settings.encoder]
        if family is None or name in self.brought:
            return build_brought(material, name, settings, family)
        if isinstance(family, TextFamily):
            return build_texts(material, name, settings, family)
        fitted = family.open(material.base.encoder(name)) if material.base else self.fitted[name]
        return build_pictures(material, name, settings, family, fitted)
