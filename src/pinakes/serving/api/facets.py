"""Facets: which values there are under a filter, and how often."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from pinakes.errors import FilterError
from pinakes.serving.access import Visitor
from pinakes.serving.api import schemas
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.api.parameters import KnownParameters
from pinakes.serving.context import Context

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Visitor, KnownParameters])


@router.get(
    "/facets", summary="Values and their counts", response_model=schemas.Facets, responses=problems(400)
)
async def facets(
    context: Context,
    where: Annotated[
        str | None, Query(description="a filter: text, or a tree as JSON", max_length=schemas.MAX_FILTER)
    ] = None,
    field: Annotated[
        list[str] | None,
        Query(description="an attribute, or a right such as `license`; may be repeated", max_length=50),
    ] = None,
) -> Response:
    """Count the values of some attributes, or of all, over the items that pass a filter.

    Each field is counted under all parts of the filter but those on itself alone.
    """
    found = await context.admission.run(context.engine.facets, read_filter(where), field)
    return json_response(
        {"facets": [facet.to_dict() for facet in found], "release": context.engine.release.id}
    )


def read_filter(text: str | None) -> str | dict[str, Any] | None:
    """Return a filter that stands in a URL: one that begins with a brace is a tree.

    Raises:
        FilterError: it begins with a brace and is not JSON.
    """
    if text is None or not text.lstrip().startswith("{"):
        return text
    try:
        tree: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FilterError(f"the filter begins with a brace but is not JSON: {error}") from None
    return tree
