"""Pictures of items, by digest, made small and without metadata."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from pinakes.engine import Engine
from pinakes.errors import MediaError
from pinakes.serving.access import Visitor
from pinakes.serving.api.answers import problems
from pinakes.serving.context import Context
from pinakes.serving.errors import GoneError

router = APIRouter(prefix="/v1", tags=["items"], dependencies=[Visitor])

CACHING = "public, max-age=86400, immutable"
"""A picture never changes under its digest; a day, so that one that is taken down leaves caches too."""

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="sha256 of the picture's bytes, in hex")]


class Size(StrEnum):
    """How large: the longer side in pixels is at most 320 or 1,024."""

    THUMB = "thumb"
    PICTURE = "picture"


def media_address(digest: str, size: Size = Size.THUMB) -> str:
    """Return the address of a picture by the sha256 of its bytes."""
    return f"/v1/media/{digest}" + ("" if size is Size.THUMB else f"?size={size}")


def thumb_address(thumb: str) -> str:
    """Return the address of a thumbnail from where it is kept, as hits tell: the file is named by the digest.

    `pathlib` would take twenty times as long, for every hit of every answer.
    """
    return media_address(thumb.rpartition("/")[2].removesuffix(".webp"))


@router.get(
    "/media/{digest}",
    summary="A picture of an item",
    response_class=Response,
    responses={
        200: {
            "description": "A WebP.",
            "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "It has not changed."},
        **problems(404, 410),
    },
)
async def media(request: Request, context: Context, digest: Digest, size: Size = Size.THUMB) -> Response:
    """Return a picture, if an item that may be shown has it."""
    headers = {"ETag": f'"{digest[:32]}-{size}"', "Cache-Control": CACHING}
    # Whether it may be shown is asked before the cache of the client is trusted.
    item, role = await context.media_admission.run(context.engine.shown_by, digest)
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    data = await context.media_admission.run(_reduced, context.engine, item, role, size)
    return Response(data, headers=headers, media_type="image/webp")


def _reduced(engine: Engine, item: str, role: str, size: Size) -> bytes:
    try:
        return engine.thumbnail(item, role) if size is Size.THUMB else engine.picture(item, role)
    except MediaError:
        raise GoneError("the file of this picture is gone, or cannot be decoded any more") from None
