"""The page on sources says everything that the code knows."""

import re
from pathlib import Path

import pytest

from pinakes.settings import FieldMap, parse_settings
from pinakes.sources.base import REASONS
from pinakes.sources.formats import TABLE_FORMATS
from pinakes.sources.pictures import PICTURE_SUFFIXES
from pinakes.types import AttributeType

PAGE = (Path(__file__).parents[2] / "docs/sources.md").read_text()


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_explained(reason):
    assert f"\n| `{reason}` |" in PAGE


@pytest.mark.parametrize("kind", AttributeType)
def test_every_type_is_explained(kind):
    assert f"\n| `{kind.value}` |" in PAGE


@pytest.mark.parametrize("field", FieldMap.model_fields)
def test_every_field_is_explained(field):
    assert re.search(rf"^\| [^|]*`{field}`", PAGE, re.MULTILINE)


def test_every_suffix_is_named():
    assert {suffix for suffix in PICTURE_SUFFIXES if suffix not in PAGE} == set()
    named = {".csv": "CSV", ".tsv": "TSV", ".parquet": "Parquet"}
    assert {suffix for suffix in TABLE_FORMATS if named.get(suffix, suffix) not in PAGE} == set()


def test_the_example_is_valid():
    import tomllib

    (example,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert parse_settings(tomllib.loads(example)).source.fields.id == "sku"
