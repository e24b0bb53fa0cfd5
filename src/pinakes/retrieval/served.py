"""The settings that a search needs, as a release keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pinakes.types import AttributeType, Collapse, ItemScore


@dataclass(frozen=True, slots=True)
class ServedSettings:
    """What decides the answers of a release; docs/settings.md says what each means.

    The settings of a release were validated when it was made, so they are read here without the models of
    `pinakes.settings`: to import and compile these takes longer than to open a collection.

    Attributes:
        source: ``source.path``.
        attributes: type of each attribute.
        scores: how items are scored, by space.
        weights: of the fields of words.
        collapse: which items stand for each other.
        audit: one in so many approximate answers is compared with the exact one.
        licenses: that may be shown; empty for all.
        synthetic: the data is generated.
    """

    source: str
    attributes: Mapping[str, AttributeType]
    scores: Mapping[str, ItemScore]
    weights: Mapping[str, float]
    collapse: Collapse
    audit: int
    licenses: tuple[str, ...]
    synthetic: bool


def read_served(settings: Mapping[str, Any], where: str) -> ServedSettings:
    """Read the settings of a release.

    Args:
        settings: as `Release.settings` has them, without synonyms.
        where: what they are, for messages.

    Raises:
        SettingsError: they are not settings.
    """
    try:
        return _read(settings)
    except (KeyError, TypeError, ValueError):
        # An older Pinakes left keys out: the models know what these were, or say what is wrong.
        from pinakes.settings import parse_settings  # noqa: PLC0415 (see `ServedSettings`)

        return _read(parse_settings(settings, where).model_dump(mode="json"))


def _read(settings: Mapping[str, Any]) -> ServedSettings:
    search = settings["search"]
    return ServedSettings(
        source=settings["source"]["path"],
        attributes={name: AttributeType(one["type"]) for name, one in settings["attributes"].items()},
        scores={name: space["score"] for name, space in settings["spaces"].items()},
        weights=dict(search["fields"]),
        collapse=search["collapse"],
        audit=search["audit"],
        licenses=tuple(settings["policy"]["licenses"]),
        synthetic=settings["synthetic"],
    )
