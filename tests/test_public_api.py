import subprocess
import sys

import pinakes

HEAVY = (
    "numpy",
    "polars",
    "PIL",
    "sqlalchemy",
    "pydantic",
    "lark",
    "typer",
    "rich",
    "fastapi",
    "onnxruntime",
)

SEARCHES_WITHOUT = (
    "sqlalchemy",
    "pydantic",
    "lark",
    "tomlkit",
    "typer",
    "rich",
    "fastapi",
    "jinja2",
    "httpcore",
)
"""Packages that a search without a filter must not wait for."""


def test_the_public_names_are_these():
    assert pinakes.__all__ == [
        "Client",
        "Collection",
        "Engine",
        "Hit",
        "Item",
        "PinakesError",
        "Reason",
        "Results",
        "Rights",
        "View",
        "index",
        "open",
    ]
    assert all(getattr(pinakes, name) is not None for name in pinakes.__all__)
    assert set(pinakes.__all__) <= set(dir(pinakes))


def test_an_unknown_name_lists_the_known():
    try:
        _ = pinakes.Serach
    except AttributeError as error:
        assert "Engine" in str(error)
    else:
        raise AssertionError("pinakes.Serach exists")


def test_importing_and_naming_what_opens_loads_nothing_heavy():
    code = f"import pinakes, sys; pinakes.open; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_and_searching_loads_only_what_a_search_needs(pristine):
    code = (
        "import pinakes, sys; engine = pinakes.open(sys.argv[1]); engine.search('coin'); "
        f"print([m for m in {SEARCHES_WITHOUT} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(pristine)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
