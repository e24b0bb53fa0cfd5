"""``pinakes.toml``: what a collection is made of, declared, validated, and written back."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pinakes.errors import SettingsError, UsageError, not_a_collection, suggestion
from pinakes.toml_edit import revise, without_none
from pinakes.types import BROUGHT, RESERVED_FIELDS, SETTINGS_FILE, AttributeType, Collapse, ItemScore

NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*\Z"
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class _Table(BaseModel):
    """A table of pinakes.toml: immutable, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Dates = Literal["ymd", "dmy", "mdy"]
"""The order of year, month and day in text; ISO 8601 is read in any case."""


class FieldMap(_Table):
    """Which column or key of the source holds what; guessed where ``index`` or ``init`` writes this file."""

    id: str | None = Field(None, description="the column that names an item; a folder uses the file name")
    title: str | None = Field(None, description="the column with the short name of an item")
    text: tuple[str, ...] = Field(
        (), description="the columns with words about an item, joined in this order"
    )
    views: dict[str, str] = Field(
        default_factory=dict, description="role -> column with picture paths; one cell may hold several"
    )
    vectors: dict[str, str] = Field(
        default_factory=dict, description="space -> column with a vector per item, brought by the source"
    )
    license: str | None = Field(None, description="the column with the licence of an item")
    author: str | None = Field(None, description="the column with who made an item")
    source: str | None = Field(None, description="the column with where an item comes from")
    attribution: str | None = Field(None, description="the column with the credit line of an item")
    expires: str | None = Field(None, description="the column with the last date an item may be shown")
    dates: Dates = Field(
        "ymd", description="how that date is written: 2024-12-31 (always read), 31.12.2024 or 12/31/2024"
    )


class FetchSettings(_Table):
    """Pictures that a table names by address."""

    enabled: bool = Field(False, description="fetch https:// and s3:// pictures, and keep what was fetched")
    http: bool = Field(False, description="also http:// pictures, which anybody on the way can exchange")
    networks: tuple[str, ...] = Field(
        (),
        description="networks beside the public internet that pictures may come from, such as '10.1.0.0/16'",
    )
    at_once: int = Field(16, ge=1, le=256, description="fetches at the same time")
    per_host: int = Field(4, ge=1, le=256, description="fetches from one host at the same time")
    seconds: float = Field(30.0, gt=0.0, description="wall-clock time that one attempt may take")
    attempts: int = Field(
        4, ge=1, le=10, description="how often a picture is tried, where trying again may help"
    )
    megabytes: int = Field(
        64, ge=1, le=64, description="the largest picture file that is taken, in units of 2**20 bytes"
    )

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks


class SourceSettings(_Table):
    """Where the items come from."""

    path: str = Field(".", description="a folder of pictures or a table, relative to the collection's folder")
    views: str | None = Field(
        None, description="file name pattern such as '{id}_{role}.jpg' that groups pictures into items"
    )
    fields: FieldMap = FieldMap()
    fetch: FetchSettings = FetchSettings()


class AttributeSettings(_Table):
    """One attribute of the items."""

    type: AttributeType = Field(description="string, integer, float, bool, date or set (of strings)")
    column: str | None = Field(None, description="the column it comes from, where it has another name")
    separator: str = Field(",", description="what separates the members in the text of a set", min_length=1)
    decimal: Literal[".", ","] = Field(".", description="what stands before the decimals of a number in text")
    dates: Dates = Field(
        "ymd",
        description="how days are written in text: 2024-12-31 (always read), 31.12.2024 or 12/31/2024",
    )
    required: bool = Field(False, description="an item without a value stops the freeze")
    coverage: Fraction = Field(0.0, description="share of items that must have a value, 0 to 1")


class SpaceSettings(_Table):
    """One vector space."""

    encoder: str = Field(
        description="the encoder of this space, such as 'descriptor'; for brought vectors 'vector', or the "
        "encoder that made them, which is believed if it makes the same vectors again"
    )
    dtype: Literal["float16", "float32"] = Field("float16", description="how vectors are stored")
    score: ItemScore = Field(
        "best",
        description="what the score of an item with several views is: that of its best view, the mean of its "
        "views, or role to role where the query has roles ('more like this' has)",
    )


class FieldWeights(_Table):
    """Weight of each field of words in BM25F."""

    title: float = Field(3.0, ge=0.0, description="weight of the words of the title")
    text: float = Field(1.0, ge=0.0, description="weight of the words of the text")
    attributes: float = Field(1.0, ge=0.0, description="weight of the words of string and set attributes")


class SearchSettings(_Table):
    """How words are searched and how lists are fused."""

    language: str = Field("english", description="language of the stemmer, or 'none'")
    fields: FieldWeights = FieldWeights()
    collapse: Collapse = Field(
        True,
        description="show only the first of several items with 'identical' pictures (or true), or with "
        "'near' ones too",
    )
    index: str = Field(
        "auto",
        description="built over the vectors of a new base: 'auto' where it pays, 'exact' for none, or a "
        "family such as 'int8' or 'pq:2'",
    )
    audit: int = Field(
        1000,
        ge=0,
        description="one in so many approximate answers is compared with the exact one; 0 for none",
    )


class GateSettings(_Table):
    """What a freeze demands beyond the gates that always run."""

    waive: tuple[str, ...] = Field(
        (), description="gates that may fail; each waiver is recorded in the manifest"
    )
    self_retrieval: Fraction = Field(0.95, description="share of sampled pictures that must find themselves")


class LiveSettings(_Table):
    """Attributes that change faster than snapshots."""

    fields: tuple[str, ...] = Field(
        (), description="attributes kept beside the snapshot, such as price and stock"
    )


class CacheSettings(_Table):
    """Where features of pictures, texts and brought vectors are kept, so that they are not computed again."""

    url: str = Field(
        "",
        description="such as 'redis://host:6379/0', to share one cache among machines; empty: a file of the "
        "collection",
    )


class PolicySettings(_Table):
    """What may be shown."""

    licenses: tuple[str, ...] = Field(
        (),
        description="licences that may be shown, all others and unknown ones are not; empty: no restriction",
    )


class Settings(_Table):
    """The whole of ``pinakes.toml``."""

    format: Literal[1] = Field(1, description="version of the layout of this file")
    name: str = Field("", description="name of the collection, shown to people")
    synthetic: bool = Field(False, description="the data is generated; every screen says so")
    source: SourceSettings = SourceSettings()
    attributes: dict[str, AttributeSettings] = Field(default_factory=dict)
    spaces: dict[str, SpaceSettings] = Field(
        default_factory=lambda: {"picture": SpaceSettings(encoder="descriptor")}
    )
    search: SearchSettings = SearchSettings()
    gates: GateSettings = GateSettings()
    live: LiveSettings = LiveSettings()
    policy: PolicySettings = PolicySettings()
    cache: CacheSettings = CacheSettings()

    @field_validator("attributes", "spaces")
    @classmethod
    def _plain_names(cls, tables: dict[str, Any]) -> dict[str, Any]:
        for name in tables:
            if not re.match(NAME_PATTERN, name):
                raise ValueError(
                    f"{name!r} is not a name: use letters, digits and _, and begin with a letter or _"
                )
        return tables

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        taken = set(self.attributes) & set(RESERVED_FIELDS)
        if taken:
            raise ValueError(
                f"attribute {sorted(taken)[0]!r} has a reserved name; give it another and set `column`"
            )
        for name in self.live.fields:
            if name not in self.attributes:
                near = suggestion(name, sorted(self.attributes))
                raise ValueError(f"live field {name!r} is not among [attributes]{near}")
        return self

    @property
    def brought_spaces(self) -> frozenset[str]:
        """Return the names of the spaces whose vectors the source brings."""
        unbound = (name for name, space in self.spaces.items() if space.encoder == BROUGHT)
        return frozenset((*self.source.fields.vectors, *unbound))

    @property
    def attribute_types(self) -> dict[str, AttributeType]:
        """Return the type of every attribute, by name."""
        return {name: attribute.type for name, attribute in self.attributes.items()}


def load_settings(folder: Path) -> Settings:
    """Read ``pinakes.toml`` of a collection.

    Raises:
        SettingsError: the file is missing or unreadable, is not TOML, or holds an unknown key or a wrong
            value.
    """
    path = folder / SETTINGS_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise not_a_collection(folder) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
    return parse_settings(data, where=str(path))


def parse_settings(data: Mapping[str, Any], where: str = SETTINGS_FILE) -> Settings:
    """Validate settings.

    Raises:
        SettingsError: names every key that is unknown or has a wrong value, with the nearest known key.
    """
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise SettingsError("\n".join([f"{where}:", *(f"  {_explain(e)}" for e in error.errors())])) from None


def save_settings(folder: Path, settings: Settings) -> None:
    """Write ``pinakes.toml``; replaced by rename.

    Of a file that is there, only what changes is written anew: comments and order stay. A new file leaves
    out what has its default value.
    """
    path = folder / SETTINGS_FILE
    temporary = path.with_suffix(".toml.tmp")
    text = _revised(folder, settings) or _written(settings)
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # first: after a power cut the file could be empty, which is valid
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _revised(folder: Path, settings: Settings) -> str | None:
    """Return the file that is there with other settings in it, or None where it cannot be edited."""
    try:
        old = load_settings(folder)
    except SettingsError:
        return None
    text = (folder / SETTINGS_FILE).read_text(encoding="utf-8")
    revised = revise(text, _sparse(old), _sparse(settings))
    try:
        says = None if revised is None else parse_settings(tomllib.loads(revised))
    except (tomllib.TOMLDecodeError, SettingsError):
        return None
    return revised if says == settings else None


def _written(settings: Settings) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment("A Pinakes collection. Every key is explained in docs/settings.md."))
    for key, value in _sparse(settings).items():
        document.add(key, without_none(value))
    document["format"] = settings.format
    return tomlkit.dumps(document)


def _sparse(settings: Settings) -> dict[str, Any]:
    """Return what is not the default."""
    return settings.model_dump(mode="json", exclude_defaults=True)


def _explain(error: Any) -> str:
    """Return one line for one pydantic error: the key, what is wrong, and the nearest known key."""
    location = [str(part) for part in error["loc"]]
    key = ".".join(location)
    if error["type"] == "extra_forbidden":
        known = _keys_beside(location)
        near = difflib.get_close_matches(location[-1], known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(known)}"
        return f"unknown key {key!r}{hint}"
    shows_input = error["type"] != "missing" and not isinstance(error["input"], dict)
    got = f", got {error['input']!r}" if shows_input else ""
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("model_type", "dict_type"):  # pydantic speaks of dictionaries and our classes
        message = f"a table is expected, whose keys stand below a line [{key}]"
    return f"{key or 'the file'}: {message}{got}"


def _keys_beside(location: list[str]) -> list[str]:
    """Return the known keys of the table in which a key at ``location`` stands."""
    model: type[BaseModel] = Settings
    for part in location[:-1]:
        inner = model.model_fields.get(part)
        if inner is None:
            continue  # the name of an attribute or a space: its table follows
        annotation = inner.annotation
        tables = [annotation, *getattr(annotation, "__args__", ())]
        model = next((t for t in tables if isinstance(t, type) and issubclass(t, BaseModel)), model)
    return sorted(model.model_fields)
