"""Schema: the attributes of the gallery, and its ``pinakes.toml``."""

from pinakes.settings import AttributeSettings, FieldMap, LiveSettings, Settings, SourceSettings
from pinakes.types import AttributeType

ITEMS_FILE = "items.jsonl"
ROLES = ("front", "obverse", "reverse")

SCHEMA = {
    "family": AttributeType.STRING,
    "colour": AttributeType.STRING,
    "colours": AttributeType.SET,
    "glass": AttributeType.STRING,
    "garnish": AttributeType.SET,
    "ice": AttributeType.STRING,
    "species": AttributeType.STRING,
    "petals": AttributeType.INTEGER,
    "petal_form": AttributeType.STRING,
    "leaf": AttributeType.STRING,
    "garment": AttributeType.STRING,
    "pattern": AttributeType.STRING,
    "seasons": AttributeType.SET,
    "period": AttributeType.STRING,
    "denomination": AttributeType.STRING,
    "metal": AttributeType.STRING,
    "portrait": AttributeType.STRING,
    "emblems": AttributeType.SET,
    "legend": AttributeType.STRING,
    "year": AttributeType.INTEGER,
    "product": AttributeType.STRING,
    "material": AttributeType.STRING,
    "brand": AttributeType.STRING,
    "price": AttributeType.FLOAT,
    "stock": AttributeType.INTEGER,
    "in_stock": AttributeType.BOOL,
    "date_added": AttributeType.DATE,
    "synthetic": AttributeType.BOOL,
}
"""Every attribute with its type; a family that lacks one leaves it null."""

REQUIRED = ("family", "date_added", "synthetic")


def gallery_settings() -> Settings:
    """Return the settings that make the gallery's folder a collection."""
    return Settings(
        name="Sample gallery",
        synthetic=True,
        source=SourceSettings(
            path=ITEMS_FILE,
            fields=FieldMap(
                id="id",
                title="title",
                text=("description",),
                views={role: role for role in ROLES},
                license="license",
                author="author",
                source="source",
                attribution="attribution",
            ),
        ),
        attributes={
            name: AttributeSettings(type=kind, required=name in REQUIRED) for name, kind in SCHEMA.items()
        },
        live=LiveSettings(fields=("price", "stock")),
    )
