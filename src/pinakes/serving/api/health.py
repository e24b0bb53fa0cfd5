"""For operators: is it alive, is it ready, what does it count."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from pinakes.errors import PinakesError
from pinakes.retrieval.encode import missing_note
from pinakes.serving.access import Admin
from pinakes.serving.context import Context
from pinakes.serving.metrics import CONTENT_TYPE

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether searches are answered, and by what."""

    status: Literal["ready", "degraded", "unavailable"]
    release: str | None = None
    items: int | None = None
    detail: str | None = None


@router.get("/livez", summary="Is the process alive?")
@router.get("/healthz", name="healthz", summary="Is the process alive?")
async def livez() -> Alive:
    """Answer as long as the process does."""
    return Alive()


@router.get(
    "/readyz", summary="Can it search?", responses={503: {"model": Readiness, "description": "It cannot."}}
)
def readyz(context: Context, response: Response) -> Readiness:
    """Say whether searches are answered.

    *degraded* means by an older release than the one published, or without an encoder that is not at hand.
    """
    try:
        release, items = context.engine.release.id, len(context.engine)
    except PinakesError as error:
        response.status_code = 503
        return Readiness(status="unavailable", detail=type(error).__name__)
    if context.engine.degraded:
        detail = "the release that is published is damaged: an earlier one answers"
        return Readiness(status="degraded", release=release, items=items, detail=detail)
    if missing := context.engine.missing:
        detail = "; ".join(map(missing_note, missing))
        return Readiness(status="degraded", release=release, items=items, detail=detail)
    return Readiness(status="ready", release=release, items=items)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    dependencies=[Admin],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(context: Context) -> Response:
    """Return what was counted."""
    context.observe()
    return Response(context.metrics.page(), headers={"Content-Type": CONTENT_TYPE})
