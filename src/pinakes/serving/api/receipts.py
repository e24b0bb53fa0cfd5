"""Receipts: answers that were kept when they were given, and what the same release answers now."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pinakes.errors import IntegrityError
from pinakes.retrieval.kept import KeptAnswer
from pinakes.serving.access import Searcher, key_of, role_of
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.api.parameters import KnownParameters
from pinakes.serving.api.receipt_schemas import KeptOut
from pinakes.serving.context import Context, ServingContext
from pinakes.serving.errors import GoneError, NotAllowedError
from pinakes.serving.roles import Role

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Searcher])


@router.get(
    "/receipts/{id:path}",
    summary="An answer that was kept",
    response_model=KeptOut,
    responses=problems(400, 404, 410),
    dependencies=[KnownParameters],
)
async def receipt(
    context: Context,
    id: str,
    *,
    replay: Annotated[
        bool, Query(description="ask the same release again, and say whether it answers the same")
    ] = False,
) -> Response:
    """Return what was kept of an answer whose search asked for it with `keep`."""
    kept = await context.admission.run(context.receipts.read, id)
    if replay:
        kept = await context.admission.run(_replayed, context, kept)
    return json_response(kept.to_dict())


def check_keeping(request: Request, context: ServingContext) -> None:
    """Refuse to keep an answer where that may not be.

    Raises:
        NotAllowedError: the service changes nothing, or the sender is a stranger.
    """
    if context.config.read_only:
        raise NotAllowedError(
            "this service is read-only: it keeps no answers; search without `keep`", known=True
        )
    if role_of(request, context, key_of(request)) < Role.SEARCH:
        raise NotAllowedError("to `keep` an answer needs a key with the role search", known=False)


def _replayed(context: ServingContext, kept: KeptAnswer) -> KeptAnswer:
    try:
        engine = context.releases.engine(kept.release)
    except GoneError:
        raise GoneError(
            f"release {kept.release} was pruned: it cannot be asked again; without `replay`, this receipt "
            "still says what it answered"
        ) from None
    try:
        return replace(kept, replay=engine.replay(kept))
    except (KeyError, TypeError, ValueError) as error:
        path = context.receipts.folder / f"{kept.receipt}.json"
        raise IntegrityError(path, f"is not a kept answer ({error!r})") from None
