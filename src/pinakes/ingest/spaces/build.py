"""From the settings of a space to the space."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pinakes.encoders.base import Family, TextFamily
from pinakes.ingest.spaces.brought import build_brought
from pinakes.ingest.spaces.material import BuiltSpace, Material
from pinakes.ingest.spaces.pictures import build_pictures
from pinakes.ingest.spaces.texts import build_texts
from pinakes.settings import BROUGHT, SpaceSettings


@dataclass(frozen=True, slots=True)
class SpaceBuilder:
    """Builds the spaces of one snapshot.

    Attributes:
        material: of the snapshot.
        families: the encoders by name.
        brought: the spaces whose vectors the source brings.
    """

    material: Material
    families: Mapping[str, Family]
    brought: Collection[str] = ()

    def build(self, name: str, settings: SpaceSettings) -> BuiltSpace:
        """Build one space.

        Raises:
            IntegrityError: the feature cache lacks something that the catalogue names.
            GateError: vectors of a delta were made by another encoder than the one their space is bound to.
        """
        family = None if settings.encoder == BROUGHT else self.families[settings.encoder]
        if family is None or name in self.brought:
            return build_brought(self.material, name, settings, family)
        if isinstance(family, TextFamily):
            return build_texts(self.material, name, settings, family)
        return build_pictures(self.material, name, settings, family)
