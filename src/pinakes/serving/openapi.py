"""The OpenAPI document: what FastAPI makes of the routes, and the bodies that routes read by themselves."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from pinakes.serving.api.schemas import Batch, Problem, SearchQuery
from pinakes.serving.api.write_schemas import ItemIn, ItemsIn
from pinakes.serving.problems import PROBLEM_JSON

COMPONENTS = "#/components/schemas/{model}"


def add_openapi(app: FastAPI) -> None:
    """Let an application describe itself; made once, when first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    _, bodies = models_json_schema(
        [(model, "validation") for model in (SearchQuery, Batch, ItemIn, ItemsIn, Problem)],
        ref_template=COMPONENTS,
    )
    made["components"]["schemas"] |= bodies["$defs"]
    for operations in made["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and PROBLEM_JSON in response.get("content", {}):
                    reference = {"$ref": COMPONENTS.format(model="Problem")}
                    response["content"] = {PROBLEM_JSON: {"schema": reference}}
    return made
