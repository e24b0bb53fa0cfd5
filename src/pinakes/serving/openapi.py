"""The OpenAPI document: what FastAPI makes of the routes, and the bodies that routes read by themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from pinakes.serving.access import Requires
from pinakes.serving.api.schemas import Batch, Problem, SearchQuery
from pinakes.serving.api.write_schemas import ItemIn, ItemsIn
from pinakes.serving.problems import PROBLEM_JSON
from pinakes.serving.roles import Role

COMPONENTS = "#/components/schemas/{model}"

INTRODUCTION = (
    "Bodies and answers are JSON. A key goes with a request as `Authorization: Bearer KEY`; a service "
    "without keys is open to its own machine alone. A name that a body or an address should not have is "
    "refused, so that a slip of the pen is found. Every refusal is a problem document (RFC 9457, "
    "`application/problem+json`): `type` is a stable name, `detail` says what was wrong and what would be "
    "right, and `request_id` stands in the log of the service and in the header `X-Request-ID`."
)
"""What the document says before its operations."""

NEEDS = {
    Role.VISITOR: "Needs the role `search`, or no key where the service lets strangers search.",
    Role.SEARCH: "Needs the role `search`.",
    Role.WRITE: "Needs the role `write`.",
    Role.ADMIN: "Needs the role `admin`.",
}
"""What the description of an operation says of who may use it."""


def add_openapi(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Let an application describe itself; made once, when first asked for.

    Args:
        app: what is described.
        routers: its routes, which tell who may use them.
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, routers)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI, routers: Sequence[APIRouter]) -> dict[str, Any]:
    made = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes, description=INTRODUCTION
    )
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
    for path, method, role in _roles(routers):
        operation = made["paths"][path][method]
        operation["description"] = f"{operation['description']}\n\n{NEEDS[role]}"
    return made


def _roles(routers: Sequence[APIRouter]) -> Iterator[tuple[str, str, Role]]:
    """Yield path, method in lower case and role of every operation that needs one."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                continue
            for dependency in route.dependencies:
                if isinstance(dependency.dependency, Requires):
                    for method in route.methods or ():
                        yield route.path_format, method.lower(), dependency.dependency.role
