import inspect
from pathlib import Path

import pytest

from pinakes import errors
from pinakes.errors import GateError, IntegrityError, MediaError, PinakesError, UnknownNameError
from pinakes.serving import errors as refused
from pinakes.serving.problems import KINDS, kind_of


def test_every_error_of_pinakes_has_a_kind():
    classes = [
        kind
        for module in (errors, refused)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, PinakesError)
    ]
    assert len(classes) > 15
    for kind in classes:
        assert any(base in KINDS for base in kind.__mro__)


def test_names_of_kinds_are_one_to_one_with_statuses():
    names = {}
    for kind in KINDS.values():
        assert names.setdefault(kind.name, kind.status) == kind.status
        assert kind.type == f"urn:pinakes:problem:{kind.name}"


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (UnknownNameError("item", "x", ()), 404, "not-found"),
        (UnknownNameError("field", "x", ()), 400, "unknown-name"),
        (MediaError("too_many_bytes", "x"), 413, "too-large"),
        (MediaError("undecodable", "x"), 422, "picture-refused"),
        (GateError(["x"]), 409, "gates-failed"),
        (errors.WithheldError("item", "x"), 410, "gone"),
        (errors.FormatVersionError(Path("x"), "newer"), 503, "damaged"),
        (refused.NotAllowedError("x", known=False), 401, "key-needed"),
        (refused.NotAllowedError("x", known=True), 403, "not-allowed"),
        (refused.TooBusyError("x", 3), 429, "too-many-requests"),
        (ZeroDivisionError("x"), 500, "internal"),
    ],
)
def test_an_error_has_its_status(error, status, name):
    assert (kind_of(error).status, kind_of(error).name) == (status, name)


def test_what_is_about_this_machine_is_not_public():
    assert not kind_of(IntegrityError(Path("/home/secret"), "x")).public
    assert not kind_of(errors.StorageError("x")).public
    assert not kind_of(RuntimeError("x")).public
    assert kind_of(errors.QueryError("x")).public
