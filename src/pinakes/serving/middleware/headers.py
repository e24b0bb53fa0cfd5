"""Headers of a request as the server hands them over."""

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> str:
    """Return the first header of a name, which is in lower case; empty where there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
