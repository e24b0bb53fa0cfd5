"""The field maps of real data are what a person would write."""

from pathlib import Path

import pytest

from pinakes.sources.infer import infer_settings
from pinakes.sources.preview import preview

DATA = Path(__file__).parents[2] / "../shared/data"


def look(name, tmp_path):
    if not (DATA / name).exists():
        pytest.skip(f"../shared/data/{name} is absent")
    inference = infer_settings(DATA / name, into=tmp_path)
    return inference, preview(inference.settings, tmp_path)


def fields(settings):
    return settings.source.fields.model_dump(exclude_defaults=True)


def types(settings):
    return {name: kind.value for name, kind in settings.attribute_types.items()}


def test_fashion(tmp_path):
    inference, seen = look("fashion", tmp_path)
    assert fields(inference.settings) == {"id": "id", "views": {"front": "image"}}
    assert types(inference.settings) == {"category": "string", "kids": "bool"}
    assert (seen.items, seen.found, seen.missing, seen.rejected, seen.left_out) == (1664, 1664, 0, {}, {})


def test_coins(tmp_path):
    inference, seen = look("coins", tmp_path)
    assert fields(inference.settings) == {"id": "id", "views": {"front": "image"}}
    assert types(inference.settings) == {"denomination": "string", "split": "string"}
    assert (seen.items, seen.found, seen.missing) == (2830, 2830, 0)


def test_cocktails(tmp_path):
    inference, seen = look("cocktails", tmp_path)
    assert fields(inference.settings) == {
        "id": "id",
        "title": "title",
        "text": ("description",),
        "views": {"front": "images"},
        "attribution": "attribution",
    }
    assert types(inference.settings) == {
        "kind": "string",
        "category": "string",
        "tags": "set",
        "glass": "string",
        "garnish": "string",
        "ingredients": "set",
        "abv": "float",
    }
    assert (seen.items, seen.found, seen.missing, seen.rejected, seen.left_out) == (496, 516, 0, {}, {})


@pytest.mark.slow
def test_products(tmp_path):
    inference, seen = look("products/products.jsonl.gz", tmp_path)
    kinds = types(inference.settings)
    assert fields(inference.settings) == {
        "id": "id",
        "title": "title",
        "text": ("short_description", "attr_t_*"),
    }
    assert {name: kinds[name] for name in ("name", "ean", "date_released", "supplier", "price")} == {
        "name": "string",
        "ean": "set",
        "date_released": "date",
        "supplier": "string",
        "price": "integer",
    }
    assert len(kinds) <= 64
    assert all(kind in ("string", "set") for name, kind in kinds.items() if name.startswith("attr_t_"))
    assert all(kind == "float" for name, kind in kinds.items() if name.startswith("attr_n_"))
    assert all(kind == "bool" for name, kind in kinds.items() if name.startswith("attr_b_"))
    assert (seen.items, seen.rejected, seen.left_out) == (19406, {}, {})
    assert "Clamshell" in seen.samples[1].record.text


def test_a_folder_of_two_tables_without_pictures(tmp_path):
    if not (DATA / "products").exists():
        pytest.skip("../shared/data/products is absent")
    with pytest.raises(Exception, match=r"several tables \(products\.jsonl\.gz, queries\.tsv\)"):
        infer_settings(DATA / "products", into=tmp_path)


def test_bad_images(tmp_path):
    inference, seen = look("bad_images", tmp_path)
    assert fields(inference.settings)["views"] == {"front": "file"}
    assert (seen.items, seen.found) == (1200, 1200)
