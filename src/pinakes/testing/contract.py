"""How a suite says that a component does not keep its contract."""

from pinakes.errors import PinakesError


class ContractError(PinakesError):
    """A component does not keep its contract; says which promise, and what was found."""


def require(kept: bool, promise: str, found: object) -> None:
    """Raise unless a promise is kept.

    Raises:
        ContractError: names the promise and what was found.
    """
    if not kept:
        raise ContractError(f"{promise}: found {found}")
