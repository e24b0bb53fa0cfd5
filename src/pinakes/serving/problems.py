"""Problem documents (RFC 9457): the one table that says which error is which status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pinakes import errors
from pinakes.media.reasons import Reason
from pinakes.serving import errors as refused
from pinakes.serving.faults import faults, in_words

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem.

    Attributes:
        status: of the response.
        name: stable; the last part of the problem's ``type``.
        title: the same for every problem of this kind.
        public: the error's message is about the request and may be shown; otherwise it is about this
            machine, and goes to the log alone.
    """

    status: int
    name: str
    title: str
    public: bool = True

    @property
    def type(self) -> str:
        """A URI that names the kind."""
        return f"urn:pinakes:problem:{self.name}"


INTERNAL = Kind(500, "internal", "Something went wrong here", public=False)
INVALID = Kind(422, "invalid-request", "The request does not have the right form")
ABSENT = Kind(404, "not-found", "There is no such thing")
UNAUTHENTICATED = Kind(401, "key-needed", "This needs an API key")
WRONG_METHOD = Kind(405, "wrong-method", "This is asked for in another way")

KINDS: Mapping[type[Exception], Kind] = {
    refused.NotAllowedError: Kind(403, "not-allowed", "This is not allowed"),
    refused.TooBusyError: Kind(429, "too-many-requests", "Too many requests"),
    refused.TooLargeError: Kind(413, "too-large", "The body is too large"),
    refused.TooSlowError: Kind(503, "timeout", "The answer took too long"),
    refused.BodyError: Kind(400, "unreadable-body", "The body cannot be read"),
    refused.GoneError: Kind(410, "gone", "This is not shown any more"),
    errors.FilterError: Kind(400, "filter", "The filter cannot be understood"),
    errors.QueryError: Kind(400, "query", "This cannot be answered as asked"),
    errors.UnknownNameError: Kind(400, "unknown-name", "A name does not exist"),
    errors.MediaError: Kind(422, "picture-refused", "The picture was refused"),
    errors.MissingExtraError: Kind(501, "not-installed", "A part is not installed here"),
    errors.LockedError: Kind(409, "busy-writing", "Somebody else is writing"),
    errors.GateError: Kind(409, "gates-failed", "Gates failed, nothing was published"),
    errors.WithheldError: Kind(410, "gone", "This is not shown any more"),
    errors.UsageError: Kind(400, "usage", "This cannot be done as asked"),
    errors.IntegrityError: Kind(503, "damaged", "The data here is damaged", public=False),
    errors.SettingsError: Kind(503, "settings", "The settings here are wrong", public=False),
    errors.StorageError: Kind(503, "storage", "The disk here refused", public=False),
    errors.PinakesError: INTERNAL,
}
"""Every error, by its class or the nearest one above it."""

THINGS = frozenset({"change", "item", "page", "view", "picture", "receipt", "ref", "release", "snapshot"})
"""Kinds of names that stand for a thing: one that does not exist is *not found*."""


def kind_of(error: Exception) -> Kind:
    """Return the kind of problem that an error is."""
    if isinstance(error, errors.UnknownNameError) and error.kind in THINGS:
        return ABSENT
    if isinstance(error, refused.NotAllowedError) and not error.known:
        return UNAUTHENTICATED
    if isinstance(error, errors.MediaError) and error.reason == Reason.TOO_MANY_BYTES:
        return KINDS[refused.TooLargeError]
    return next((KINDS[base] for base in type(error).__mro__ if base in KINDS), INTERNAL)


def problem(
    kind: Kind,
    detail: str,
    request_id: str,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document.

    Args:
        kind: of the problem.
        detail: what is wrong this time.
        request_id: by which it is found in the log.
        more: members of this kind of problem.
        headers: of the response.
    """
    document = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "request_id": request_id,
        **(more or {}),
    }
    # ASCII alone, because what a visitor sent may hold half of a surrogate pair.
    body = json.dumps(document).encode("ascii")
    return Response(body, kind.status, headers, media_type=PROBLEM_JSON)


def respond(request: Request, error: Exception) -> Response:
    """Return the problem document of an error, and note its kind for log and metrics.

    Where the part of the body that it is about is known as ``request.state.at``, the document names it.
    """
    if isinstance(error, RequestValidationError):
        return _invalid(request, error)
    if isinstance(error, HTTPException):
        return _http(request, error)
    kind = kind_of(error)
    note(request, kind, error)
    detail = _detail(error) if kind.public else f"{kind.title}; the log says more under this request id"
    at = getattr(request.state, "at", None)
    members = {**_members(error), **({} if at is None else {"at": at})}
    return problem(kind, detail, request_id(request), members, _headers(error, kind))


def add_handlers(app: FastAPI) -> None:
    """Let an application answer every error with a problem document."""
    for kind in (errors.PinakesError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, respond)


def note(request: Request, kind: Kind, error: Exception | None = None) -> None:
    """Keep the problem of a request for whoever logs and counts it."""
    request.state.problem = kind.name
    if error is not None and not kind.public:
        request.state.error = error


def request_id(request: Request) -> str:
    """Return the id of a request, as it stands in the log and in the answer's ``X-Request-ID``."""
    return str(getattr(request.state, "request_id", ""))


def _detail(error: Exception) -> str:
    if isinstance(error, errors.UnknownNameError) and error.kind in THINGS:
        # The message of the error offers other names, and not everything that exists may be shown.
        return f"there is no {error.kind} {error.name!r}"
    return str(error)


def _members(error: Exception) -> dict[str, Any]:
    match error:
        case errors.FilterError(position=position):
            return {"position": position}
        case errors.UnknownNameError(kind=kind, name=name):
            return {"kind": kind, "name": name}
        case errors.MediaError(reason=reason):
            return {"reason": str(reason)}
        case errors.GateError(failures=failures):
            return {"failures": list(failures)}
    return {}


def _headers(error: Exception, kind: Kind) -> dict[str, str]:
    if isinstance(error, refused.TooBusyError):
        return {"Retry-After": str(error.retry_after)}
    if kind.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="pinakes"'}
    return {"Retry-After": "1"} if kind.status in (409, 503) else {}


def _invalid(request: Request, error: RequestValidationError) -> Response:
    found = faults(error.errors(), error.body)
    note(request, INVALID)
    return problem(INVALID, in_words(found), request_id(request), {"errors": found})


def _http(request: Request, error: HTTPException) -> Response:
    if isinstance(error.__cause__, errors.PinakesError):  # what went wrong while FastAPI read the body
        return respond(request, error.__cause__)
    names = {404: ABSENT, 405: WRONG_METHOD, 400: KINDS[refused.BodyError]}
    kind = names.get(error.status_code) or Kind(error.status_code, f"http-{error.status_code}", error.detail)
    note(request, kind)
    detail = str(error.detail)
    if detail == HTTPStatus.NOT_FOUND.phrase:  # no route has this path
        detail = f"there is nothing at {request.url.path}; /v1/openapi.json says what there is"
    elif kind is WRONG_METHOD:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{request.url.path} takes {allowed}, not {request.method}"
    return problem(kind, detail, request_id(request), headers=error.headers)
