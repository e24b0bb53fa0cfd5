"""The parameters in the address of a request: one that a route does not have is refused, as in a body."""

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError


def _refuse_unknown(request: Request) -> None:
    """Refuse a parameter that would be passed over: ``?fields=`` where ``?field=`` is read.

    Raises:
        RequestValidationError: the route has no parameter of a name.
    """
    known = [parameter.alias for parameter in request.scope["route"].dependant.query_params]
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        raise RequestValidationError(
            [
                {
                    "type": "extra_forbidden",
                    "loc": ("query", name),
                    "msg": "unknown",
                    "input": request.query_params[name],
                    "ctx": {"known": known},
                }
                for name in unknown
            ]
        )


KnownParameters = Depends(_refuse_unknown)
"""A dependency of routes whose parameters are all declared."""
