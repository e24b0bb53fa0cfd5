"""Every request gets an id, security headers, a line in the log, and is counted."""

import logging
import re
import secrets
import time

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinakes.serving.metrics import Metrics
from pinakes.serving.middleware.headers import header
from pinakes.serving.problems import respond

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""OWASP Secure Headers Project; the camera is for the search page."""

_DEFAULTS = tuple(
    (name.lower().encode(), value.encode())
    for name, value in {"Cache-Control": "no-store", **SECURITY_HEADERS}.items()
)

CLIENT_WENT_AWAY = 499
"""The status in log and metrics of a request that nobody waits for any more, as nginx writes it."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

logger = logging.getLogger("pinakes.requests")


class RequestMiddleware:
    """Outermost: what happens inside is timed, and no error leaves as anything but a problem document."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        method = scope["method"]
        if method == "HEAD":  # answered as GET is, of which the server sends no body
            scope = {**scope, "method": "GET"}
        given = header(scope, b"x-request-id")
        name = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = name
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message.get("headers", ())
                set_already = {name for name, _ in own}
                message["headers"] = [
                    *own,
                    (b"x-request-id", name.encode()),
                    *(default for default in _DEFAULTS if default[0] not in set_already),
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            status = CLIENT_WENT_AWAY
        except Exception as error:
            if status:  # a half-sent answer can only be cut off
                raise
            await respond(Request(scope), error)(scope, receive, send_with_headers)
        finally:
            self._record(scope, method, status, time.perf_counter() - begun)

    def _record(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        state, route = scope["state"], getattr(scope.get("route"), "path", "none")
        problem, error = state.get("problem"), state.get("error")
        self.metrics.observe_request(method if route != "none" else "", route, status, seconds)
        if problem:
            self.metrics.errors.labels(problem).inc()
        logger.log(
            logging.ERROR if error else logging.INFO,
            "request",
            exc_info=error,
            extra={
                "request_id": state["request_id"],
                "method": method,
                "route": route,
                "status": status,
                "total_ms": round(seconds * 1000, 3),
                "problem": problem,
                **state.get("answer", {}),
            },
        )
