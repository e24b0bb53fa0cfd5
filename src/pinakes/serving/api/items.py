"""One item, with its views."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from pinakes.retrieval.results import plain, rights_dict
from pinakes.serving.access import Visitor
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.api.media import Size, media_address
from pinakes.serving.api.schemas import ItemOut
from pinakes.serving.context import Context
from pinakes.types import Item, View

router = APIRouter(prefix="/v1", tags=["items"])


@router.get(
    "/items/{id:path}",
    summary="One item",
    response_model=ItemOut,
    responses=problems(404, 410),
    dependencies=[Visitor],
)
async def item(context: Context, id: str) -> Response:
    """Return an item with its views. Its id may hold slashes."""
    found = await context.admission.run(context.engine.item, id)
    return json_response({**wire_item(found), "release": context.engine.release.id})


def wire_item(item: Item) -> dict[str, Any]:
    """Return an item as it goes over the wire."""
    return {
        "id": item.id,
        "title": item.title,
        "text": item.text,
        "attributes": {name: plain(value) for name, value in item.attributes.items()},
        "rights": rights_dict(item.rights),
        "views": [_wire_view(view) for view in item.views],
    }


def _wire_view(view: View) -> dict[str, Any]:
    return {
        "role": view.role,
        "media": view.media,
        "uri": view.uri,
        "width": view.width,
        "height": view.height,
        "thumb": media_address(view.media),
        "picture": media_address(view.media, Size.PICTURE),
    }
