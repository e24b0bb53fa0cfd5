"""Feedback: events in the schema of User Behavior Insights."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from pinakes.serving.access import Visitor
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.api.schemas import Body
from pinakes.serving.context import Context

router = APIRouter(prefix="/v1", tags=["feedback"], dependencies=[Visitor])

Short = Annotated[str, Field(max_length=200)]


class EventObject(Body):
    """What was acted upon."""

    object_id: Short = Field(description="an item's id")
    object_id_field: Short = "id"
    description: Short | None = None


class EventPosition(Body):
    """Where it stood."""

    ordinal: int | None = Field(None, ge=0, le=1_000_000, description="the rank of the hit")
    x: int | None = Field(None, ge=0, le=100_000)
    y: int | None = Field(None, ge=0, le=100_000)


class EventAttributes(Body):
    """Details of an event."""

    object: EventObject | None = None
    position: EventPosition | None = None


class Event(Body):
    """One event (User Behavior Insights 1.3, events): who did what with which answer."""

    action_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] = Field(
        description="such as `click`, `impression`, `add_to_cart`, `thumbs_up`"
    )
    query_id: Short | None = Field(None, description="the receipt of the answer")
    client_id: Short | None = None
    session_id: Short | None = None
    application: Short | None = None
    timestamp: datetime | None = Field(None, description="now, when null")
    message_type: Short | None = None
    message: Annotated[str, Field(max_length=2_000)] | None = None
    user_query: Annotated[str, Field(max_length=2_000)] | None = None
    event_attributes: EventAttributes = EventAttributes()


class Events(Body):
    """Several events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"events": [{"action_name": "click", "query_id": "5b8b0ef4c1f4a3d7"}]}]
        }
    )

    events: list[Event] = Field(min_length=1, max_length=100)


class Kept(BaseModel):
    """How many events were kept."""

    kept: int


@router.post(
    "/feedback",
    status_code=202,
    summary="Say what was done with an answer",
    response_model=Kept,
    responses=problems(400),
)
async def feedback(context: Context, body: Events) -> Response:
    """Append events to the feedback of the collection; that they come from people is not checked."""
    now = datetime.now(UTC)
    events = [
        {
            **event.model_dump(mode="json", exclude_none=True),
            "timestamp": (event.timestamp or now).isoformat(),
            "received": now.isoformat(),
        }
        for event in body.events
    ]
    return json_response({"kept": await context.media_admission.run(context.feedback.append, events)}, 202)
