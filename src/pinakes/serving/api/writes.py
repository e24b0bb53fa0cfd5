"""Changing items: accepted into the inbox at once, made visible by the one process that writes."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pinakes.catalog.inbox import InboxState
from pinakes.errors import QueryError
from pinakes.serving.access import Writer
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.api.bodies import validated
from pinakes.serving.api.parameters import KnownParameters
from pinakes.serving.api.write_items import Verdict, accept_items, live_values, read_items
from pinakes.serving.api.write_schemas import ChangeOut, ChangesOut, ItemIn, LiveIn
from pinakes.serving.context import Context, ServingContext
from pinakes.serving.errors import NotAllowedError
from pinakes.serving.uploads import Upload, read_form

router = APIRouter(prefix="/v1", tags=["changes"], dependencies=[Writer, KnownParameters])

LOOK_EVERY = 0.05
"""Seconds between looks whether a change was made."""

STATES = {
    InboxState.WAITING: "accepted",
    InboxState.CLAIMED: "accepted",
    InboxState.DONE: "visible",
    InboxState.REFUSED: "rejected",
}
"""What a state of the inbox is called outside."""

WAIT_SHARE = 0.9
"""Of the time that an answer may take, how much is waited: the rest is for the answer."""

MOST = 2**63 - 1
"""The largest number of a change that the catalogue can look for."""

ITEM_PART = "item"
"""The part of a form that holds the item as JSON."""

_VISIBLE = {"status": "visible", "change": None, "detail": None}

Wait = Annotated[
    bool,
    Query(description="answer when the change is visible here, or after the time that an answer may take"),
]
EXAMPLE = {
    "items": [
        {
            "id": "shoes/0042",
            "title": "Red canvas shoes",
            "attributes": {"price": 39.9, "colour": ["red"]},
            "rights": {"license": "cc-by", "author": "A. Person"},
            "pictures": [{"role": "front", "url": "https://pictures.example/0042.jpg"}],
        }
    ]
}


@router.post(
    "/items",
    summary="Add or replace items",
    response_model=ChangesOut,
    responses={
        202: {"model": ChangesOut, "description": "Some are still to be made visible."},
        **problems(400),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/ItemsIn"},
                    "example": EXAMPLE,
                },
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            ITEM_PART: {"type": "string", "description": "one item, as JSON"},
                            "front": {
                                "type": "string",
                                "format": "binary",
                                "description": "a picture file; the name of its part is its role",
                            },
                        },
                        "required": [ITEM_PART],
                    }
                },
            },
        }
    },
)
async def put_items(request: Request, context: Context, *, wait: Wait = False) -> Response:
    """Add items, or put them in the place of those with their ids; each gets a status of its own.

    What is accepted survives a crash, and is visible about a second later. A form brings one item with its
    pictures. The originals of pictures are kept.
    """
    _check_writable(context)
    if request.headers.get("content-type", "").startswith("multipart/"):
        item, uploads = await _from_form(request, context)
        items: list[ItemIn | Verdict] = [item]
    else:
        items, uploads = read_items(await request.body()), []
    verdicts = await context.picture_admission.run(accept_items, context, items, uploads)
    return await _answer(context, verdicts, wait=wait)


@router.delete(
    "/items/{id:path}",
    summary="Delete an item",
    response_model=ChangesOut,
    responses={202: {"model": ChangesOut, "description": "It is still visible."}, **problems(400, 404)},
)
async def delete_item(context: Context, id: str, *, wait: Wait = False) -> Response:
    """Delete an item, or one that is still on its way in; 404 where there is none, or no longer.

    To hide an item at once, block it.
    """
    _check_writable(context)
    try:
        id.encode()
    except UnicodeEncodeError:
        raise QueryError("an id is text in UTF-8") from None
    change = await context.picture_admission.run(context.inbox.accept_deletion, id)
    return await _answer(context, [Verdict(id, change)], wait=wait)


@router.patch(
    "/items/{id:path}",
    summary="Change live attributes",
    response_model=ChangesOut,
    responses=problems(400, 404),
)
async def patch_item(context: Context, id: str, live: LiveIn) -> Response:
    """Change attributes that `pinakes.toml` names as live, such as price and stock: seen within a second."""
    _check_writable(context)
    release = await context.picture_admission.run(_change_live, context, id, live)
    return json_response({"items": [_VISIBLE | {"id": id}], "release": release})


@router.get(
    "/changes/{change}",
    summary="What became of a change",
    response_model=ChangeOut,
    responses=problems(404),
)
async def change(context: Context, change: int) -> Response:
    """Say whether a change is visible, or why it was rejected; known of the latest ten thousand."""
    return json_response(await context.picture_admission.run(_fate, context, min(max(change, 0), MOST)))


async def _from_form(request: Request, context: ServingContext) -> tuple[ItemIn, list[Upload]]:
    """Read an item, and its pictures, from a form."""
    form = await read_form(request, context.config.upload_bytes)
    fields = dict(form.fields)
    if list(fields) != [ITEM_PART]:
        raise QueryError(
            f"the form needs one part `{ITEM_PART}`, JSON, and files beside it; the part of a file is named "
            "by its role"
        )
    return validated(ItemIn, fields[ITEM_PART]), list(form.uploads)


def _change_live(context: ServingContext, id: str, live: LiveIn) -> str:
    settings = context.collection.settings
    context.inbox.change_live(settings, id, live_values(settings, live.attributes))
    return context.engine.refresh().id


def _check_writable(context: ServingContext) -> None:
    if context.config.read_only:
        raise NotAllowedError("this service is read-only", known=True)


async def _answer(context: ServingContext, verdicts: Sequence[Verdict], *, wait: bool) -> Response:
    """Say what became of each item: now, or when all that can be is visible."""
    run = context.picture_admission.run
    deadline = time.monotonic() + context.config.timeout * WAIT_SHARE
    outcomes = await run(_outcomes, context, verdicts)
    # Where no process makes changes, waiting for one would be in vain.
    while wait and _open(outcomes) and time.monotonic() < deadline and await run(context.inbox.is_drained):
        await asyncio.sleep(LOOK_EVERY)
        outcomes = await run(_outcomes, context, verdicts)
    release = await run(context.engine.refresh) if wait else context.engine.release
    status = 202 if _open(outcomes) else 200
    return json_response({"items": outcomes, "release": release.id}, status)


def _open(outcomes: Sequence[Mapping[str, Any]]) -> bool:
    return any(outcome["status"] == "accepted" for outcome in outcomes)


def _outcomes(context: ServingContext, verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [_outcome(context, one) for one in verdicts]


def _outcome(context: ServingContext, one: Verdict) -> dict[str, Any]:
    if one.change is None:
        return {"id": one.id, "status": "rejected", "change": None, "detail": one.refusal}
    return _fate(context, one.change)


def _fate(context: ServingContext, change: int) -> dict[str, Any]:
    fate = context.inbox.fate(change)
    return {"id": fate.item, "status": STATES[fate.state], "change": change, "detail": fate.detail}
