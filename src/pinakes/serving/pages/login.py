"""Coming in to the pages with an API key, which a cookie then stands for."""

import time
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pinakes.serving.access import SESSION_COOKIE
from pinakes.serving.context import ServingContext
from pinakes.serving.keys import SESSION_SECONDS
from pinakes.serving.pages.site import Site
from pinakes.serving.pages.templates import render
from pinakes.serving.uploads import read_form

LOGIN = "/login"

STRANGER = Site("Pinakes", synthetic=False, items=0, release="", schema={})
"""What somebody without a key is told of the collection: nothing."""


def login_url(back: str) -> str:
    """Return the address of the login that leads back to a page of ours."""
    return f"{LOGIN}?next={quote(back, safe='')}"


def add_login(router: APIRouter, context: ServingContext) -> None:
    """Add the routes that let people in and out."""

    @router.get(LOGIN)
    async def form(request: Request) -> HTMLResponse:
        return _form(request.query_params.get("next", "/"), refused=False)

    @router.post(LOGIN)
    async def come_in(request: Request) -> Response:
        # Whoever tries keys out is slowed down like every stranger.
        context.rates.take(request.client.host if request.client else "")
        fields = dict((await read_form(request, context.config.json_bytes)).fields)
        back = fields.get("next", "/")
        role = context.keyring.role_of(fields.get("key", "").strip())
        if role is None:
            return _form(back, refused=True)
        response = RedirectResponse(_own(back), 303)
        response.set_cookie(
            SESSION_COOKIE,
            context.keyring.sign_session(role, time.time()),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    @router.post("/logout")
    async def go() -> Response:
        response = RedirectResponse(LOGIN, 303)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return response


def _form(back: str, *, refused: bool) -> HTMLResponse:
    html = render("login.html", {"site": STRANGER, "back": _own(back), "refused": refused})
    return HTMLResponse(html, 401 if refused else 200, {"Cache-Control": "no-store"})


def _own(address: str) -> str:
    """Return an address of this service, or its first page: a login leads nowhere else."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and "\\" not in address and address.isprintable() else "/"
