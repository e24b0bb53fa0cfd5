"""The one route that is asked most, without the way through the router."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pinakes.serving.access import admit, key_of
from pinakes.serving.context import ServingContext
from pinakes.serving.roles import Role


class DirectMiddleware:
    """Takes requests for one route straight to its endpoint.

    FastAPI's way there - routers, exit stacks, dependencies - takes longer than the rest of a request, the
    search not counted. The router keeps the route too: it describes it, and answers where this is mounted
    below another path.

    Args:
        app: what is inside.
        context: of the application.
        path, method: of the route.
        role: that the sender needs.
        endpoint: reads the request by itself.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        context: ServingContext,
        path: str,
        method: str,
        role: Role,
        endpoint: Callable[[Request, ServingContext], Awaitable[Response]],
    ) -> None:
        self.app = app
        self.context = context
        self.route = Route(path, endpoint, methods=[method])
        self.path = path
        self.method = method
        self.role = role
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self.path or scope["method"] != self.method:
            await self.app(scope, receive, send)
            return
        scope["route"] = self.route
        request = Request(scope, receive, send)
        admit(request, self.context, self.role, key_of(request))
        response = await self.endpoint(request, self.context)
        await response(scope, receive, send)
