import inspect
import re

import pytest

from pinakes import errors
from pinakes.errors import (
    FilterError,
    GateError,
    MediaError,
    MissingExtraError,
    PinakesError,
    UnknownNameError,
)


def drawn_tree():
    """The tree in the docstring: the name of each class, and the name of the one it hangs from."""
    above = {}
    branch = []
    for line in inspect.getdoc(errors).splitlines():
        found = re.match(r"^    (?P<bars>[│├└─ ]*)(?P<name>[A-Z][A-Za-z]+Error)\b", line)
        if found:
            depth = len(found["bars"]) // 4
            branch[depth:] = [found["name"]]
            above[found["name"]] = branch[depth - 1] if depth else "Exception"
    return above


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    classes = inspect.getmembers(
        errors, lambda value: inspect.isclass(value) and issubclass(value, Exception)
    )
    assert drawn_tree() == {name: kind.__base__.__name__ for name, kind in classes}


def test_every_error_is_caught_by_its_root():
    assert all(issubclass(getattr(errors, name), PinakesError) for name in drawn_tree())


@pytest.mark.parametrize(
    ("name", "known", "message"),
    [
        ("pric", ["stock", "price"], "unknown field 'pric'; did you mean 'price'? Known: price, stock"),
        ("PRICE", ["stock", "Price"], "unknown field 'PRICE'; did you mean 'Price'? Known: Price, stock"),
        ("zebra", ["stock", "price"], "unknown field 'zebra'. Known: price, stock"),
        ("zebra", [], "unknown field 'zebra'; there are none"),
        (
            "zebra",
            [f"n{i:02}" for i in range(15)],
            "unknown field 'zebra'. Known: "
            "n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11, and 3 more",
        ),
        (
            "n144",
            [f"n{i:02}" for i in range(15)],
            "unknown field 'n144'; did you mean 'n14'? Known: "
            "n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11, and 3 more",
        ),
        ("\x1b[31m", ["a"], "unknown field '\\x1b[31m'. Known: a"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_known_one(name, known, message):
    error = UnknownNameError("field", name, known)
    assert str(error) == message
    assert (error.kind, error.name, error.known) == ("field", name, tuple(sorted(known)))


def test_errors_carry_what_a_program_needs():
    assert FilterError("x", 3).position == 3
    assert FilterError("x").position is None
    extra = MissingExtraError("serving", "serve")
    assert str(extra) == "serving needs packages that are not installed: pip install 'pinakes[serve]'"
    media = MediaError("too_many_pixels", "60 megapixels, 50 are allowed")
    assert (media.reason, str(media)) == ("too_many_pixels", "too_many_pixels: 60 megapixels, 50 are allowed")
    gates = GateError(["coverage: 0.8 of 0.9", "norms: 2 outside [0.99, 1.01]"])
    assert str(gates) == (
        "2 gate(s) failed, nothing was published:\n  coverage: 0.8 of 0.9\n  norms: 2 outside [0.99, 1.01]"
    )
    assert gates.failures == ("coverage: 0.8 of 0.9", "norms: 2 outside [0.99, 1.01]")
