import json
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.kernels.hashing import canonical_json, digest, sha256_bytes, sha256_file

# FIPS 180-2, appendix B.1, and the well-known digest of nothing.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_known_digests() -> None:
    assert sha256_bytes(b"abc") == ABC
    assert sha256_bytes(memoryview(b"")) == EMPTY


def test_file_is_hashed_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "large"
    data = bytes(range(256)) * 5000
    path.write_bytes(data)
    assert sha256_file(path) == sha256_bytes(data)
    path.write_bytes(b"abc")
    assert sha256_file(path) == ABC


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sha256_file(tmp_path / "absent")


def test_canonical_form() -> None:
    value = {"b": (1, 2.5, None), "a": {"é": True, "Z": date(2024, 2, 29)}, "😀": "ü\n"}
    expected = '{"a":{"Z":"2024-02-29","é":true},"b":[1,2.5,null],"😀":"ü\\n"}'
    assert canonical_json(value) == expected.encode()


def test_kinds_of_containers_agree() -> None:
    assert canonical_json(MappingProxyType({"a": (1,)})) == canonical_json({"a": [1]}) == b'{"a":[1]}'


def test_integer_and_float_stay_apart() -> None:
    assert digest(1) != digest(1.0)
    assert digest(2**53 + 1) != digest(2**53)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [-float("inf")]}, "\ud800"])
def test_values_without_a_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)


@pytest.mark.parametrize("value", [{1: "a"}, {None: 1}, b"bytes", {"a": {3}}, object()])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@given(json_values)
def test_reading_back_gives_the_value(value: object) -> None:
    data = canonical_json(value)
    assert json.loads(data) == value
    assert canonical_json(json.loads(data)) == data


@given(st.dictionaries(st.text(alphabet="abcäöü", max_size=3), st.integers()))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)
