"""What goes over the wire where items are changed."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pinakes.serving.api.schemas import Base64, Body, Numbers, Plain
from pinakes.sources.text import ID_LENGTH

MAX_ITEMS = 256
MAX_PICTURES = 16
MAX_WORDS = 100_000

Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH)]
Words = Annotated[str, Field(max_length=MAX_WORDS)]
Role = Annotated[str, Field(min_length=1, max_length=64)]


class RightsIn(Body):
    """Who made an item, and under what terms it may be shown."""

    license: str | None = None
    author: str | None = None
    source: str | None = None
    attribution: str | None = None
    expires: date | None = Field(None, description="the last day on which it may be shown")


class PictureIn(Body):
    """A picture of an item: either its bytes or its address."""

    role: Role = Field("front", description="what it shows of the item")
    data: Base64 | None = None
    url: str | None = Field(
        None, description="fetched where the collection has `[source.fetch] enabled`", max_length=2_048
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.data is None) == (self.url is None):
            raise ValueError("give either data or url")
        return self


class ItemIn(Body):
    """An item to add, or to put in the place of the one with its id."""

    id: Id
    title: Words = ""
    text: Words = ""
    attributes: dict[str, Plain] = Field({}, description="those of pinakes.toml; dates as ISO texts")
    rights: RightsIn = RightsIn()
    pictures: list[PictureIn] = Field([], max_length=MAX_PICTURES)
    vectors: dict[str, Numbers] = Field({}, description="by space, where the collection's are brought")


class ItemsIn(Body):
    """Items to add or replace."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"id": "lamp-1", "title": "Brass lamp"}]}]}
    )

    items: list[ItemIn] = Field(min_length=1, max_length=MAX_ITEMS)


class LiveIn(Body):
    """Live attributes to change; null takes one away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"attributes": {"price": 35}}]})

    attributes: dict[str, Plain] = Field(min_length=1)


State = Literal["accepted", "visible", "rejected"]


class ChangeOut(BaseModel):
    """What became of one item."""

    id: str | None = Field(description="of the item; null where it came without")
    status: State = Field(description="accepted: safe here, and visible soon")
    change: int | None = Field(None, description="ask for it at /v1/changes/{change}")
    detail: str | None = Field(None, description="why it was rejected, or what was left out of it")


class ChangesOut(BaseModel):
    """What became of each item, in their order."""

    items: list[ChangeOut]
    release: str = Field(description="that answers here now")
