"""Who is asking, and whether they may."""

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from pinakes.serving.config import is_loopback
from pinakes.serving.context import Context, ServingContext
from pinakes.serving.errors import NotAllowedError
from pinakes.serving.roles import Role

SESSION_COOKIE = "pinakes_session"
"""Holds what `Keyring.sign_session` made, after a login on the pages."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer KEY`.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


def role_of(request: Request, context: ServingContext, key: str | None) -> Role:
    """Return what the sender of a request may do.

    Args:
        request: with perhaps a cookie.
        context: of the application.
        key: that came with the request, or None.

    Raises:
        NotAllowedError: the key is not known; or the service is open because only this machine reaches it,
            and the request comes from a page of another site, which a browser here was led to.
    """
    if context.config.open:
        if not is_loopback(_host_name(request)) or _cross_site(request):
            raise NotAllowedError(
                "open to this machine only: ask by the name localhost, or set up API keys", known=True
            )
        return Role.ADMIN
    stranger = Role.VISITOR if context.config.public_search else Role.NOBODY
    if key is not None:
        role = context.keyring.role_of(key)
        if role is None:
            raise NotAllowedError("this API key is not known", known=False)
        return role
    session = request.cookies.get(SESSION_COOKIE)
    if session is None or _cross_site(request):
        return stranger
    return context.keyring.read_session(session, time.time()) or stranger


@dataclass(frozen=True, slots=True)
class Requires:
    """A dependency that lets a request in if its sender has a role, and slows strangers down.

    It does not wait, and is asynchronous all the same: FastAPI would send anything else to a thread, which
    takes longer than a search.

    Attributes:
        role: that the sender needs.
    """

    role: Role

    async def __call__(self, request: Request, context: Context, credentials: Bearer = None) -> Role:
        return admit(request, context, self.role, credentials.credentials if credentials else None)


def admit(request: Request, context: ServingContext, role: Role, key: str | None) -> Role:
    """Let a request in if its sender has a role, and return the sender's own; slows strangers down.

    Raises:
        NotAllowedError: the sender may not do this.
        TooBusyError: a stranger who has made too many requests.
    """
    found = role_of(request, context, key)
    if found < role:
        name = "search" if role is Role.VISITOR else role.name.lower()
        raise NotAllowedError(f"this needs a key with the role {name}", known=found > Role.VISITOR)
    if found is Role.VISITOR:
        context.rates.take(request.client.host if request.client else "")
    return found


def key_of(request: Request) -> str | None:
    """Return the key that came with a request, as `bearer` finds it."""
    scheme, key = get_authorization_scheme_param(request.headers.get("authorization"))
    return key if key and scheme.lower() == "bearer" else None


def _host_name(request: Request) -> str:
    """Return the name by which the service was asked for, without the port.

    Starlette's own answer would be this machine's address where the header is malformed.
    """
    host = request.headers.get("host", "")
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _cross_site(request: Request) -> bool:
    """Return whether a page of another site makes this request (Fetch Metadata, Origin)."""
    if (
        request.headers.get("sec-fetch-site") == "cross-site"
        and request.headers.get("sec-fetch-mode") != "navigate"
    ):
        return True
    origin = request.headers.get("origin")
    if origin is None or request.method in SAFE_METHODS:
        return False
    return origin.partition("://")[2] != request.headers.get("host")


Visitor = Depends(Requires(Role.VISITOR))
Searcher = Depends(Requires(Role.SEARCH))
Writer = Depends(Requires(Role.WRITE))
Admin = Depends(Requires(Role.ADMIN))
