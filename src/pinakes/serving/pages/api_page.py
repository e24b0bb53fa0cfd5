"""The page for programmers: the OpenAPI document, to be read."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pinakes.serving.pages.site import Site

Schema = Mapping[str, Any]

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        name: its `operationId`.
        method: in capitals.
        summary: in a few words.
        paragraphs: what it does, and who may.
        parameters: of path and query, as the document has them.
        body, answer: schemas of JSON that is sent and comes back; None where there is none.
        statuses: with which it answers.
        example: a command that calls it.
    """

    name: str
    method: str
    path: str
    summary: str
    paragraphs: Sequence[str]
    parameters: Sequence[Schema]
    body: Schema | None
    answer: Schema | None
    statuses: Sequence[str]
    example: str


def api_values(document: Schema, site: Site, address: str) -> dict[str, Any]:
    """Return what the template ``api.html`` shows.

    Args:
        document: the OpenAPI document.
        site: what every page says.
        address: of the service, for the examples.
    """
    schemas = document["components"]["schemas"]
    return {
        "site": site,
        "address": address,
        "introduction": document["info"]["description"],
        "operations": tuple(_operations(document, schemas, address)),
        "shapes": {name: schemas[name] for name in sorted(schemas)},
    }


def _operations(document: Schema, schemas: Schema, address: str) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = _json_schema(operation.get("requestBody", {}))
            answer: Schema = next(
                (response for status, response in operation["responses"].items() if status < "300"), {}
            )
            yield Operation(
                name=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                paragraphs=operation["description"].split("\n\n"),
                parameters=operation.get("parameters", ()),
                body=body,
                answer=_json_schema(answer),
                statuses=tuple(operation["responses"]),
                example=_command(address, path, method, body, schemas, keyed="security" in operation),
            )


def _json_schema(part: Schema) -> Schema | None:
    """Return the schema of a request's or an answer's JSON, if it has any."""
    schema: Schema | None = part.get("content", {}).get(JSON, {}).get("schema")
    return schema


def _command(
    address: str, path: str, method: str, body: Schema | None, schemas: Schema, *, keyed: bool
) -> str:
    """Return a call with curl; what stands for something is in capitals."""
    for name in ("id", "change", "digest", "name"):
        path = path.replace(f"{{{name}}}", "live" if name == "name" else name.upper())
    words = ["curl", *([] if method in ("get", "post") else ["-X", method.upper()]), f"{address}{path}"]
    if body is not None:
        example = schemas[str(body["$ref"]).rpartition("/")[2]]["examples"][0]
        words += ["-H", f"Content-Type: {JSON}", "-d", json.dumps(example)]
    key = ' -H "Authorization: Bearer $KEY"' if keyed else ""
    return f"{shlex.join(words)}{key}"
