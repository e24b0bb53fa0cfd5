"""From the items of a request to changes in the inbox: each is accepted, or refused with its reason."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi.exceptions import RequestValidationError

from pinakes.errors import MediaError, QueryError, UnknownNameError, UsageError
from pinakes.ingest.inbox import UPLOADED, ChangeRequest, upsert
from pinakes.ingest.rules import EntryRules
from pinakes.kernels.hashing import sha256_bytes
from pinakes.media.originals import Originals
from pinakes.serving.api.bodies import validated
from pinakes.serving.api.schemas import Plain, picture_bytes
from pinakes.serving.api.write_schemas import ItemIn, ItemsIn, PictureIn, RightsIn
from pinakes.serving.context import ServingContext
from pinakes.serving.faults import faults, in_words
from pinakes.serving.uploads import Upload, check_upload
from pinakes.settings import Settings
from pinakes.sources.base import PictureRef, Record, Rejection
from pinakes.sources.pictures import is_address, numbered_role
from pinakes.sources.text import id_trouble
from pinakes.sources.values import convert
from pinakes.types import Rights, Value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item of a request.

    Attributes:
        id: of the item; None where it has none.
        change: its number in the inbox; None where it was refused.
        refusal: why it was.
    """

    id: str | None
    change: int | None
    refusal: str | None = None


def read_items(body: bytes) -> list[ItemIn | Verdict]:
    """Return the items of a request, in the place of one without the right form why it is refused.

    Raises:
        RequestValidationError: these are no items, none, or too many.
    """
    try:
        return [*validated(ItemsIn, body).items]
    except RequestValidationError as error:
        wrong = defaultdict[int, list[Mapping[str, Any]]](list)
        for fault in error.errors():
            match fault["loc"]:
                case ("body", "items", int(place), *_):
                    wrong[place].append(fault)
                case _:
                    raise
        return [
            _refused(item, in_words(faults(wrong[place], error.body)))
            if place in wrong
            else ItemIn.model_validate(item)
            for place, item in enumerate(error.body["items"])
        ]


def _refused(item: Any, why: str) -> Verdict:
    name = item.get("id") if isinstance(item, dict) else None
    return Verdict(name if isinstance(name, str) else None, None, why)


def accept_items(
    context: ServingContext, items: Sequence[ItemIn | Verdict], uploads: Sequence[Upload] = ()
) -> list[Verdict]:
    """Put items into the inbox, and say of each whether it was accepted; runs in a thread.

    Args:
        context: of the application.
        items: of the request; those that are refused already stay so.
        uploads: pictures that came beside the items, of which there is one then.

    Raises:
        StorageError: the disk refused; nothing was accepted.
    """
    settings = context.collection.settings
    reader = _Reader(
        settings=settings,
        rules=context.collection.entry_rules(settings),
        originals=Originals(context.collection.paths.media),
        upload_bytes=context.config.upload_bytes,
    )
    asked: list[ChangeRequest] = []
    verdicts: list[Verdict] = []
    for item in items:
        if isinstance(item, Verdict):
            verdicts.append(item)
            continue
        try:
            asked.append(upsert(reader.record(item, uploads)))
            verdicts.append(Verdict(item.id, len(asked) - 1))
        except (QueryError, MediaError, UnknownNameError, UsageError) as error:
            verdicts.append(Verdict(item.id, None, str(error)))
    numbers = context.inbox.accept(asked)
    return [one if one.change is None else Verdict(one.id, numbers[one.change]) for one in verdicts]


def live_values(settings: Settings, attributes: Mapping[str, Plain]) -> dict[str, Value]:
    """Return live attributes in their types.

    Raises:
        UnknownNameError: no attribute has that name.
        QueryError: it is no live one, or a value is not of its type.
    """
    for name in attributes:
        if name not in settings.live.fields:
            if name in settings.attributes:
                raise QueryError(
                    f"{name} is not live: name it in [live] fields of pinakes.toml, or send the whole item"
                )
            raise UnknownNameError("live attribute", name, settings.live.fields)
    return _typed(settings, attributes)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the items of a request, strictly: what cannot be stored as it is refuses its item."""

    settings: Settings
    rules: EntryRules
    originals: Originals
    upload_bytes: int

    def record(self, item: ItemIn, uploads: Sequence[Upload]) -> Record:
        """Return an item as a record; the originals of its pictures are kept then.

        Raises:
            QueryError, MediaError, UnknownNameError: it cannot be stored as it is.
            StorageError: the disk refused.
        """
        if trouble := id_trouble(item.id):
            raise QueryError(trouble)
        for space in item.vectors:
            if space not in self.settings.brought_spaces:
                raise UnknownNameError("space of brought vectors", space, self.settings.brought_spaces)
        files = [*((p.role, self._bytes(p)) for p in item.pictures), *((u.part, u.data) for u in uploads)]
        pictures: dict[str, PictureRef] = {}
        for role, picture in files:
            numbered = numbered_role(role, pictures)
            pictures[numbered] = self._reference(numbered, picture)
        entry = self.rules.check(
            Record(
                where="inbox",
                id=item.id,
                title=item.title,
                text=item.text,
                attributes=_typed(self.settings, item.attributes),
                rights=_rights(item.rights),
                pictures=tuple(pictures.values()),
                vectors={name: np.array(numbers, np.float32) for name, numbers in item.vectors.items()},
            )
        )
        if isinstance(entry, Rejection):
            raise QueryError(entry.detail)
        if entry.left_out:
            raise QueryError("; ".join(fault.detail for fault in entry.left_out))
        if not (item.title.strip() or item.text.strip() or item.vectors or files):
            raise QueryError("it has no title, text, vector or picture: nothing could find it")
        for _, picture in files:
            if isinstance(picture, bytes):
                self.originals.keep(picture)
        return entry

    def _bytes(self, picture: PictureIn) -> bytes | str:
        """Return the bytes of a picture, or its address."""
        if picture.data is not None:
            return check_upload(picture_bytes(picture.data), self.upload_bytes)
        url = picture.url or ""
        if not is_address(url) or url.startswith(UPLOADED):
            raise QueryError(f"{url!r} is not an address such as https://...")
        if not self.settings.source.fetch.enabled:
            raise QueryError(
                "pictures with an address are not fetched here: send the picture itself, or have the owner "
                "of the collection set [source.fetch] enabled = true"
            )
        return url

    def _reference(self, role: str, picture: bytes | str) -> PictureRef:
        if isinstance(picture, str):
            return PictureRef(role, picture, None)
        digest = sha256_bytes(picture)
        return PictureRef(role, f"{UPLOADED}{digest}", self.originals.path(digest))


def _typed(settings: Settings, attributes: Mapping[str, Plain]) -> dict[str, Value]:
    """Return attributes in their types.

    Raises:
        UnknownNameError: there is no such attribute.
        QueryError: a value is not of its type.
    """
    typed: dict[str, Value] = {}
    for name, value in attributes.items():
        attribute = settings.attributes.get(name)
        if attribute is None:
            raise UnknownNameError("attribute", name, settings.attributes)
        try:
            typed[name] = convert(value, attribute.type, attribute.separator, attribute.decimal)
        except ValueError as error:
            raise QueryError(f"{name}: {error}") from None
    return typed


def _rights(given: RightsIn) -> Rights:
    return Rights(given.license, given.author, given.source, given.attribution, given.expires)
