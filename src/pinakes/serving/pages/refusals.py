"""Errors as pages: the same kinds and statuses as the problem documents of the API, for people."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from pinakes.errors import FilterError, MediaError, PinakesError, UnknownNameError, WithheldError
from pinakes.media.reasons import Reason
from pinakes.serving.context import ServingContext
from pinakes.serving.errors import TooBusyError
from pinakes.serving.pages.asked import read_asked
from pinakes.serving.pages.login import login_url
from pinakes.serving.pages.site import Site, read_site
from pinakes.serving.pages.templates import render
from pinakes.serving.problems import THINGS, UNAUTHENTICATED, Kind, kind_of, note, request_id, respond

API = "/v1/"
SEARCHES = frozenset({"/", "/search"})
"""Paths of the page of a search."""

TITLES = {
    "not-found": "It is not here",
    "gone": "This is not shown any more",
    "withheld": "This is not shown any more",
    "picture-refused": "This picture cannot be used",
    "too-large": "This picture is too large",
    "too-many-requests": "One moment, please",
    "timeout": "This took too long",
    "filter": "The filter cannot be understood",
    "unknown-name": "There is nothing of this name",
    "query": "This cannot be searched for",
    "internal": "Something went wrong here",
    "key-needed": "This needs a key",
    "not-allowed": "This is not for you",
}
"""What a page says of a kind of problem; the title of the kind itself where none is named."""

PICTURES: Mapping[str, str] = {
    Reason.EMPTY: "The file is empty",
    Reason.TOO_MANY_BYTES: "The file is too large",
    Reason.NOT_A_PICTURE: "The file is not a picture of a kind that is read here",
    Reason.TOO_MANY_PIXELS: "The picture has too many pixels",
    Reason.BAD_ASPECT: "The picture is too long for its width",
    Reason.TRUNCATED: "The file ends before the picture does",
    Reason.UNDECODABLE: "The file is damaged",
}
"""What a page says of a refused picture, before what the decoder found."""


def add_missing_page(app: FastAPI, context: ServingContext) -> None:
    """Let an address that leads nowhere be answered with a page where a browser asks, outside of the API."""

    def answer(request: Request, error: Exception) -> Response:
        path = request.url.path
        if path.startswith(API) or "text/html" not in request.headers.get("accept", ""):
            return respond(request, error)
        return _refusal(request, UnknownNameError("page", path, ()), context)

    app.add_exception_handler(404, answer)


def page_route(context: ServingContext) -> type[APIRoute]:
    """Return the kind of route whose errors are pages.

    Args:
        context: tells the name of the collection.
    """

    class PageRoute(APIRoute):
        """A route that answers an error with a page."""

        def get_route_handler(self) -> Callable[[Request], Any]:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    response: Response = await handle(request)
                except HTTPException:
                    raise
                except Exception as error:  # whatever it is, a page says so and the log says more
                    return _refusal(request, error, context)
                return response

            return answer

    return PageRoute


def _refusal(request: Request, error: Exception, context: ServingContext) -> Response:
    kind = kind_of(error)
    note(request, kind, error)
    if kind is UNAUTHENTICATED and request.method == "GET":
        return RedirectResponse(login_url(str(request.url.path)), 303)
    retry_after = error.retry_after if isinstance(error, TooBusyError) else 0
    html = render(
        "error.html",
        {
            "site": _site(context),
            "kind": kind.name,
            "status": kind.status,
            "title": TITLES.get(kind.name, kind.title),
            "detail": _detail(error, kind),
            "retry_after": retry_after,
            "back": _without_what_was_wrong(request, error),
            "request_id": request_id(request),
        },
    )
    headers = {"Cache-Control": "no-store", **({"Retry-After": str(retry_after)} if retry_after else {})}
    return HTMLResponse(html, kind.status, headers)


def _detail(error: Exception, kind: Kind) -> str:
    """Return what went wrong this time; what is about this machine goes to the log alone."""
    if not kind.public:
        return "It is not your fault. The log of this service says more under the number of this request."
    if isinstance(error, MediaError):
        what = PICTURES.get(error.reason, "The picture cannot be read")
        return f"{what} ({error.detail}). Another picture will do, or words."
    if isinstance(error, UnknownNameError) and error.kind in THINGS:
        # The message of the error offers other names, and not everything that exists may be shown.
        return f"There is no {error.kind} “{error.name}” in this collection."
    if isinstance(error, WithheldError):
        return f"The {error.kind} “{error.name}” was taken down, or may not be shown any longer."
    if isinstance(error, FilterError):
        said, _, _ = str(error).partition("\n")  # below stands the filter with a mark, for a terminal
        return f"{_sentence(said)} docs/filters.md has the language of filters."
    return _sentence(str(error))


def _without_what_was_wrong(request: Request, error: Exception) -> str:
    """Return where to go on: the search without the written filter that is refused, or the first page."""
    if not isinstance(error, FilterError | UnknownNameError) or request.url.path not in SEARCHES:
        return "/"
    asked = read_asked(request.query_params.multi_items())
    return asked.without("where").url if asked.where else "/"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _site(context: ServingContext) -> Site:
    """Return the collection's name where it can be read: an error must not hide behind another."""
    try:
        return read_site(context.engine)
    except PinakesError:
        return Site("Pinakes", synthetic=False, items=0, release="", schema={})
