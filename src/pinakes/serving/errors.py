"""Why a request is refused before it reaches the collection."""

from pinakes.errors import PinakesError


class RequestError(PinakesError):
    """A request that is refused because of how, when or by whom it was made."""


class NotAllowedError(RequestError):
    """The request needs a key, or one with a higher role.

    Attributes:
        known: the visitor showed a key that is valid, but may not do this.
    """

    def __init__(self, message: str, *, known: bool) -> None:
        super().__init__(message)
        self.known = known


class TooBusyError(RequestError):
    """More requests than can be worked on are waiting, or this address sent too many.

    Attributes:
        retry_after: seconds after which it is worth trying again.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLargeError(RequestError):
    """The body of a request is larger than is allowed."""


class TooSlowError(RequestError):
    """The answer took longer than is allowed."""


class BodyError(RequestError):
    """The body of a request cannot be read."""


class GoneError(RequestError):
    """What was asked for was there once, and is not shown any more."""
