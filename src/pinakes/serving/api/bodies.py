"""Bodies that routes read by themselves, because they come in more than one form."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, get_args

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], body: bytes | str) -> Model:
    """Read JSON into a schema.

    Raises:
        RequestValidationError: it does not fit.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    faults = []
    for fault in found:
        known = {"known": _keys(model, fault["loc"])} if fault["type"] == "extra_forbidden" else {}
        faults.append({**fault, "loc": ("body", *fault["loc"]), "ctx": {**fault.get("ctx", {}), **known}})
    try:
        given = from_json(body)
    except ValueError:  # which the faults say
        given = None
    raise RequestValidationError(faults, body=given)


def _keys(model: type[BaseModel], place: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys that an object in a body may have, in alphabetical order.

    Args:
        model: of the body.
        place: path to a key of the object, with what pydantic puts into it.
    """
    models = [model]
    for part in place[:-1]:
        fields = [one.model_fields[str(part)] for one in models if part in one.model_fields]
        if fields:
            models = [found for field in fields for found in _models(field.annotation)]
    return tuple(sorted({name for one in models for name in one.model_fields}))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation names, at whatever depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
