"""How a gate says what it found."""

from pinakes.snapshots.manifest import GateResult


def verdict(
    name: str, passed: bool, detail: str, *, n: int, value: float | None = None, limit: float | None = None
) -> GateResult:
    """Return ``pass`` or ``fail``, with what was measured."""
    return GateResult(name, "pass" if passed else "fail", n, value, limit, detail)


def without(name: str, violations: int, what: str, n: int) -> GateResult:
    """Return the result of a gate that allows no violation.

    Args:
        name: of the gate.
        violations: how many were found.
        what: what they are, in the plural.
        n: how many things were looked at.
    """
    return verdict(name, not violations, f"{violations} {what}", n=n, value=float(violations), limit=0.0)


def not_applicable(name: str, detail: str, n: int = 0) -> GateResult:
    """Return that there was nothing to measure, and why."""
    return GateResult(name, "not_applicable", n, detail=detail)
