"""Which problems a route can answer with, for the OpenAPI document; and JSON that is written once."""

from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from pinakes.serving.api.schemas import Problem
from pinakes.serving.problems import PROBLEM_JSON

_MEANINGS = {
    400: "The query, the filter or a name in it cannot be used.",
    401: "A key is needed, or this one is not known.",
    403: "This key may not do this.",
    404: "There is no such thing.",
    409: "Somebody else is writing, or gates failed.",
    410: "It is not shown any more, or the release of the cursor is gone.",
    413: "The body or the picture is too large.",
    422: "The body does not have the right form, or the picture was refused.",
    429: "Too many requests: try again after `Retry-After` seconds.",
    500: "Something went wrong here; the log has the request id.",
    503: "Not available now.",
}

EVERYWHERE = (401, 403, 413, 422, 429, 500, 503)
"""What every route that looks at the collection may answer."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of problem answers, those of `EVERYWHERE` included."""
    return {
        status: {"description": _MEANINGS[status], "model": Problem, "content": {PROBLEM_JSON: {}}}
        for status in sorted({*EVERYWHERE, *statuses})
    }


def json_response(content: Any, status: int = 200) -> Response:
    """Return a response of plain values, without a pass through the schemas: tests hold it to them."""
    return Response(to_json(content), status, media_type="application/json")
