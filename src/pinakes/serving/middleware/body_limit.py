"""Bodies that are too large are refused before they are read."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinakes.serving.errors import BodyError, TooLargeError
from pinakes.serving.middleware.headers import header
from pinakes.serving.problems import respond

OVERHEAD = 64 * 2**10
"""Bytes beside the picture in an upload: the other parts of the form, and the lines between them."""


class BodyLimitMiddleware:
    """Limits the body of a request, by what it announces and by what then arrives.

    Args:
        app: what is inside.
        json_bytes: of a body without a picture.
        upload_bytes: of a picture; where it comes in JSON, base64 makes it a third larger.
        uploads: paths that take pictures.
        seconds: in which the body must have arrived.
    """

    def __init__(
        self, app: ASGIApp, json_bytes: int, upload_bytes: int, uploads: frozenset[str], seconds: float
    ) -> None:
        self.app = app
        self.json_bytes = json_bytes
        self.upload_bytes = upload_bytes
        self.uploads = uploads
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed = self._allowed(scope)
        announced = header(scope, b"content-length")
        if announced.isdigit() and int(announced) > allowed:
            await respond(Request(scope), self._refusal(allowed))(scope, receive, send)
            return
        arrived, deadline = 0, asyncio.get_running_loop().time() + self.seconds

        async def receive_limited() -> Message:
            nonlocal arrived
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise BodyError(f"the body did not arrive within {self.seconds:g} s") from None
            arrived += len(message.get("body", b""))
            if arrived > allowed:
                raise self._refusal(allowed)
            return message

        await self.app(scope, receive_limited, send)

    def _allowed(self, scope: Scope) -> int:
        if scope["path"] not in self.uploads:
            return self.json_bytes
        if header(scope, b"content-type").startswith("multipart/"):
            return self.upload_bytes + OVERHEAD
        return self.upload_bytes * 4 // 3 + OVERHEAD

    @staticmethod
    def _refusal(allowed: int) -> TooLargeError:
        return TooLargeError(f"a body of {allowed:,} bytes is allowed here")
