"""What every page says of the collection."""

from collections.abc import Mapping
from dataclasses import dataclass

from pinakes.engine import Engine
from pinakes.settings import parse_settings
from pinakes.synonyms import split_settings
from pinakes.types import AttributeType


@dataclass(frozen=True, slots=True)
class Site:
    """The collection, as far as every page needs it.

    Attributes:
        name: for people.
        synthetic: the data is generated, and every page says so.
        items: how many there are.
        release: that answers now.
        schema: types of the attributes.
        pictures: they can be searched for.
    """

    name: str
    synthetic: bool
    items: int
    release: str
    schema: Mapping[str, AttributeType]
    pictures: bool = True


def read_site(engine: Engine) -> Site:
    """Return what is served now.

    Raises:
        SettingsError: the settings of the release are wrong.
    """
    release = engine.release
    settings = parse_settings(
        split_settings(release.settings)[0], where=f"the settings of release {release.id}"
    )
    return Site(
        name=settings.name or engine.paths.root.name.replace("_", " ").replace("-", " "),
        synthetic=settings.synthetic,
        items=len(engine),
        release=release.id,
        schema=settings.attribute_types,
        pictures=engine.takes_pictures,
    )
