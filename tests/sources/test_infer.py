import json

import numpy as np
import polars as pl
import pytest

from pinakes.errors import SettingsError, SourceError, UnknownNameError
from pinakes.settings import load_settings, save_settings
from pinakes.sources.infer import infer_settings
from pinakes.sources.open import open_source
from pinakes.types import AttributeType


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def write_jsonl(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def types(settings):
    return {name: kind.value for name, kind in settings.attribute_types.items()}


def dress(n, **more):
    return {"sku": f"D{n}", "name": f"Dress {n}", "image": f"images/{n}.jpg", **more}


def test_a_folder_of_pictures(tmp_path):
    touch(tmp_path / "my_photos", "a.jpg", "b/c.jpg")
    inference = infer_settings(tmp_path / "my_photos", into=tmp_path / "my_photos")
    settings = inference.settings
    assert (settings.name, settings.source.path, settings.source.views) == ("my photos", ".", None)
    assert settings.attribute_types == {"folder": AttributeType.STRING}
    assert inference.notes == ()


def test_a_flat_folder_has_no_folder_attribute(tmp_path):
    touch(tmp_path, "a.jpg")
    assert infer_settings(tmp_path, into=tmp_path).settings.attributes == {}


def test_views_in_file_names(tmp_path):
    touch(tmp_path, "1_front.jpg", "1_back.jpg", "2.jpg")
    inference = infer_settings(tmp_path, into=tmp_path, views="{id}_{role}.jpg")
    assert inference.settings.source.views == "{id}_{role}.jpg"
    assert inference.notes == (
        "1 of 3 pictures do not match '{id}_{role}.jpg', such as '2.jpg': "
        "each is the front of an item of its own name",
    )
    with pytest.raises(SettingsError, match=r"no picture matches .*; the first one is '1_back\.jpg'"):
        infer_settings(tmp_path, into=tmp_path, views="{id}-{role}.jpg")


@pytest.mark.parametrize(
    ("source", "into", "path"),
    [
        ("c", "c", "."),
        ("c/photos", "c", "photos"),
        ("photos", "c", "../photos"),
        ("photos", "photos/c", ".."),
        ("far/photos", "c", "{root}/far/photos"),
    ],
)
def test_paths_are_relative_where_they_can_be(tmp_path, source, into, path):
    touch(tmp_path / source, "a.jpg")
    settings = infer_settings(tmp_path / source, into=tmp_path / into).settings
    assert settings.source.path == path.format(root=tmp_path)
    assert [record.id for record in open_source(settings, tmp_path / into).records()] == ["a"]


def test_a_table_that_names_the_pictures_of_its_folder_is_used(tmp_path):
    touch(tmp_path, "images/1.jpg", "images/2.jpg")
    write_jsonl(tmp_path / "items.jsonl", dress(1), dress(2))
    write_jsonl(tmp_path / "queries.jsonl", {"id": "q1", "text": "red dress"})
    inference = infer_settings(tmp_path, into=tmp_path)
    assert inference.settings.source.path == "items.jsonl"
    assert inference.settings.source.fields.views == {"front": "image"}
    assert inference.notes[0] == "items.jsonl names the pictures: its rows are the items"


def test_a_table_whose_ids_name_the_pictures(tmp_path):
    touch(tmp_path, "images/15970.jpg", "images/39386.jpg")
    (tmp_path / "styles.csv").write_text("id,gender,productDisplayName\n15970,Men,Shirt\n39386,Women,Jeans\n")
    settings = infer_settings(tmp_path, into=tmp_path).settings
    fields = settings.source.fields
    assert (fields.id, fields.title, fields.views) == (
        "id",
        "productDisplayName",
        {"front": "images/{id}.jpg"},
    )
    found = [record.pictures[0].path.name for record in open_source(settings, tmp_path).records()]
    assert found == ["15970.jpg", "39386.jpg"]


def test_tables_that_name_no_pictures_are_passed_over(tmp_path):
    touch(tmp_path, "a.jpg")
    write_jsonl(tmp_path / "prices.jsonl", {"id": "x", "price": 3})
    inference = infer_settings(tmp_path, into=tmp_path)
    assert inference.settings.source.path == "."
    assert inference.notes == ("no table names pictures (prices.jsonl), so the files alone are the items",)


def test_two_tables_that_name_pictures(tmp_path):
    touch(tmp_path, "images/1.jpg", "images/2.jpg")
    write_jsonl(tmp_path / "a.jsonl", dress(1))
    write_jsonl(tmp_path / "b.jsonl", dress(2))
    inference = infer_settings(tmp_path, into=tmp_path)
    assert inference.settings.source.path == "."
    assert "several tables name pictures (a.jsonl, b.jsonl)" in inference.notes[0]
    with pytest.raises(SourceError, match=r"several tables \(a\.jsonl, b\.jsonl\); name the one to index"):
        infer_settings(tmp_path, into=tmp_path, id="sku")


def test_the_only_table_of_a_folder_without_pictures(tmp_path):
    write_jsonl(tmp_path / "items.jsonl", {"id": "a", "title": "A"}, {"id": "b", "title": "B"})
    assert infer_settings(tmp_path, into=tmp_path).settings.source.path == "items.jsonl"
    write_jsonl(tmp_path / "more.jsonl", {"id": "a"})
    with pytest.raises(SourceError, match="several tables"):
        infer_settings(tmp_path, into=tmp_path)


def test_a_broken_table_does_not_stand_in_the_way_of_the_pictures(tmp_path):
    touch(tmp_path, "a.jpg")
    (tmp_path / "broken.parquet").write_text("no")
    assert infer_settings(tmp_path, into=tmp_path).settings.source.path == "."


def test_sources_that_cannot_be_indexed(tmp_path):
    with pytest.raises(SourceError, match="does not exist; name a folder of pictures or a table"):
        infer_settings(tmp_path / "none", into=tmp_path)
    with pytest.raises(SourceError, match="holds no pictures and no table"):
        infer_settings(tmp_path, into=tmp_path)
    with pytest.raises(SourceError, match="it has no columns"):
        infer_settings(tmp_path, into=tmp_path, id="sku")
    touch(tmp_path, "a.jpg")
    with pytest.raises(SourceError, match="not a table that can be read"):
        infer_settings(tmp_path / "a.jpg", into=tmp_path)
    (tmp_path / "t.csv").write_text("id\n")
    with pytest.raises(SourceError, match="holds no rows"):
        infer_settings(tmp_path / "t.csv", into=tmp_path)
    with pytest.raises(SettingsError, match="is a table; name its picture columns"):
        infer_settings(tmp_path / "t.csv", into=tmp_path, views="{id}_{role}")


def test_the_field_map_of_a_table(tmp_path):
    touch(tmp_path, "images/1.jpg", "images/2.jpg")
    rows = [
        dress(
            n,
            back_image=f"images/{n}.jpg",
            short_description="Light.",
            licence="CC0",
            photographer="Ann",
            credit="Ann / CC0",
            source_url="https://host",
            valid_until="2030-01-01",
            price=n + 0.5,
            seasons="Spring,Summer",
            released="2024-01-02",
            stock=n,
            empty=None,
            nested={"a": 1},
        )
        | {"Base Colour": "red", "text": {}, "is_new": True}
        for n in (1, 2)
    ]
    inference = infer_settings(write_jsonl(tmp_path / "items.jsonl", *rows), into=tmp_path)
    settings = inference.settings
    assert settings.source.fields.model_dump(exclude_defaults=True) == {
        "id": "sku",
        "title": "name",
        "text": ("short_description",),
        "views": {"front": "image", "back": "back_image"},
        "license": "licence",
        "author": "photographer",
        "source": "source_url",
        "attribution": "credit",
        "expires": "valid_until",
    }
    assert types(settings) == {
        "price": "float",
        "seasons": "set",
        "released": "date",
        "stock": "integer",
        "Base_Colour": "string",
        "is_new": "bool",
    }
    assert settings.attributes["Base_Colour"].column == "Base Colour"
    assert inference.notes == (
        "left out, because no row looked at has a value: empty",
        "left out, because of objects in cells: nested, text",
    )
    save_settings(tmp_path, settings)
    assert load_settings(tmp_path) == settings


def test_reserved_names_are_renamed(tmp_path):
    rows = [{"id": n % 2, "sku": f"S{n}", "content_hash": "x"} for n in range(4)]
    settings = infer_settings(write_jsonl(tmp_path / "t.jsonl", *rows), into=tmp_path, id="sku").settings
    assert {name: each.column for name, each in settings.attributes.items()} == {
        "id_": "id",
        "content_hash_": "content_hash",
    }


@pytest.mark.parametrize(
    ("rows", "id"),
    [
        ([{"id": "a", "name": "x"}, {"id": "b", "name": "x"}], "id"),
        ([{"lot_id": "a", "name": "x"}, {"lot_id": "b", "name": "y"}], "lot_id"),
        ([{"maker_id": 7, "sku": "a"}, {"maker_id": 7, "sku": "b"}], "sku"),
        ([{"file": "a.jpg", "label": "x"}, {"file": "b.jpg", "label": "x"}], "file"),
        ([{"label": "x", "word": "a"}, {"label": "x", "word": "b"}], "word"),
    ],
)
def test_which_column_names_the_items(tmp_path, rows, id):
    settings = infer_settings(write_jsonl(tmp_path / "t.jsonl", *rows), into=tmp_path).settings
    assert settings.source.fields.id == id


def test_no_column_names_the_items(tmp_path):
    table = write_jsonl(tmp_path / "t.jsonl", {"label": "x"}, {"label": "x"})
    with pytest.raises(SourceError, match=r"say which one is the id \(--id COLUMN\)\. Columns: label"):
        infer_settings(table, into=tmp_path)
    assert infer_settings(table, into=tmp_path, id="label").settings.source.fields.id == "label"


def test_columns_that_are_text_because_of_a_few_cells_are_told(tmp_path):
    rows = [dress(n, price=f"{n}.50", day=f"2024-05-{n:02d}", ean=str(n), size=str(n)) for n in range(10, 20)]
    rows += [dress(20, price="ask", day="2024-13-45", ean="none", size="S"), dress(21, size="M")]
    rows += [dress(22, size="L"), dress(23, size="XL")]
    inference = infer_settings(write_jsonl(tmp_path / "t.jsonl", *rows), into=tmp_path)
    assert {types(inference.settings)[name] for name in ("price", "day", "size")} == {"string"}
    (note,) = (note for note in inference.notes if note.startswith("text because"))
    # Of the sizes, 4 of 14 are no numbers: that is a column of text.
    assert "price ('ask' is no float), day ('2024-13-45' is no date);" in note
    assert '[attributes.price] type = "float"' in note


def test_columns_that_were_named(tmp_path):
    table = write_jsonl(tmp_path / "t.jsonl", dress(1), dress(2))
    settings = infer_settings(table, into=tmp_path, views={"obverse": "image"}).settings
    assert settings.source.fields.views == {"obverse": "image"}
    with pytest.raises(UnknownNameError, match="unknown column 'skuu'; did you mean 'sku'"):
        infer_settings(table, into=tmp_path, id="skuu")
    with pytest.raises(UnknownNameError, match="unknown column 'picture'"):
        infer_settings(table, into=tmp_path, views={"front": "images/{picture}.jpg"})


def test_pictures_that_are_not_there_are_told(tmp_path):
    table = write_jsonl(tmp_path / "t.jsonl", dress(1), dress(2))
    inference = infer_settings(table, into=tmp_path)
    assert inference.settings.source.fields.views == {"front": "image"}
    assert inference.notes == (f"image: 2 of the first 2 pictures were not found below {tmp_path}",)


def test_files_go_before_addresses(tmp_path):
    touch(tmp_path, "images/1.jpg", "images/2.jpg")
    rows = [dress(n, image_url=f"https://host/{n}.jpg") for n in (1, 2)]
    inference = infer_settings(write_jsonl(tmp_path / "t.jsonl", *rows), into=tmp_path)
    assert inference.settings.source.fields.views == {"front": "image"}
    assert inference.settings.attributes == {}
    assert "left out, because image has the pictures: image_url" in inference.notes


def test_a_table_without_pictures_has_no_picture_space(tmp_path):
    table = write_jsonl(tmp_path / "t.jsonl", {"id": "a", "title": "A"}, {"id": "b", "title": "B"})
    inference = infer_settings(table, into=tmp_path)
    assert inference.settings.spaces == {}
    assert "no column names pictures" in inference.notes[0]


def test_brought_vectors_become_spaces(tmp_path):
    path = tmp_path / "items.parquet"
    frame = {
        "id": ["a", "b"],
        "vector": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        "picture": [[0.5] * 4, [1.5] * 4],
    }
    pl.DataFrame(frame).write_parquet(path)
    np.save(tmp_path / "clip-b32.npy", np.ones((2, 8), np.float32))
    np.save(tmp_path / "other.npy", np.ones((3, 8), np.float32))
    inference = infer_settings(path, into=tmp_path)
    settings = inference.settings
    assert inference.notes[0] == (
        "taken for vectors of the items, because they lie beside the table and have as many rows: "
        "clip-b32.npy"
    )
    assert settings.source.fields.vectors == {
        "vector": "vector",
        "picture_2": "picture",
        "clip_b32": "clip-b32.npy",
    }
    assert {space: each.encoder for space, each in settings.spaces.items()} == dict.fromkeys(
        settings.source.fields.vectors, "vector"
    )
    first, _ = open_source(settings, tmp_path).records()
    assert {space: len(vector) for space, vector in first.vectors.items()} == {
        "vector": 3,
        "picture_2": 4,
        "clip_b32": 8,
    }


def test_a_wide_table_keeps_what_most_rows_have(tmp_path):
    rows = []
    for n in range(100):
        row = {"id": f"i{n}", "title": f"Thing {n}", "common": f"c{n % 3}"}
        row |= {f"t_{n}": "rare words", f"n_{n}": 5}
        rows.append(row)
    inference = infer_settings(write_jsonl(tmp_path / "t.jsonl", *rows), into=tmp_path)
    assert types(inference.settings) == {"common": "string"}
    assert inference.settings.source.fields.text == ("t_*",)
    assert any("201 columns are too many" in note for note in inference.notes)
    first = next(open_source(inference.settings, tmp_path).records())
    assert first.text == "rare words"


def test_misfits_and_broken_rows_are_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,price\n" + "".join(f"a{n},{n}\n" for n in range(150)) + "b,cheap\nc,1,2\n")
    inference = infer_settings(path, into=tmp_path)
    assert inference.notes[0] == "1 of 152 rows cannot be read"
    assert "price: 1 of 151 values looked at are no integer" in inference.notes


def infer_csv(tmp_path, text):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    return infer_settings(tmp_path / "t.csv", into=tmp_path / "t")


def test_a_heading_counts_for_more_than_a_gap_and_a_repeat(tmp_path):
    rows = "1;Red\n2;Blue\n2;Dup\n;None\n" + "".join(f"{n};Coat {n}\n" for n in range(3, 6))
    fields = infer_csv(tmp_path, f"id;name\n{rows}").settings.source.fields
    assert (fields.id, fields.title) == ("id", "name")


def test_a_heading_that_names_too_few_rows_is_passed_over_and_told(tmp_path):
    inference = infer_csv(tmp_path, "id,sku\n" + "".join(f"same,s{n}\n" for n in range(9)))
    assert inference.settings.source.fields.id == "sku"
    inference = infer_csv(tmp_path, "id,name\n" + "".join(f"same,Coat {n}\n" for n in range(9)))
    assert (inference.settings.source.fields.id, inference.settings.source.fields.title) == ("name", "name")
    assert any("id has gaps or repeats in 8 of 9 rows" in note for note in inference.notes)


@pytest.mark.parametrize("text", ["name\nRed\nBlue\n", "id,price\na,1\nb,2\n"])
def test_ids_are_the_titles_where_nothing_else_is_there_to_find_an_item_by(tmp_path, text):
    fields = infer_csv(tmp_path, text).settings.source.fields
    assert fields.title == fields.id


def test_dates_with_the_day_first(tmp_path):
    path = tmp_path / "t.csv"
    rows = (
        "id,day,when,other,expires",
        "a,31.12.2024,12/31/2024,1/2/2024,1.2.2034",
        "b,01.02.2024,,3/4/2024,",
    )
    path.write_text("\n".join(rows), "utf-8")
    inference = infer_settings(path, into=tmp_path)
    found = {name: (each.type, each.dates) for name, each in inference.settings.attributes.items()}
    assert found == {
        "day": (AttributeType.DATE, "dmy"),
        "when": (AttributeType.DATE, "mdy"),
        "other": (AttributeType.STRING, "ymd"),
    }
    assert (inference.settings.source.fields.expires, inference.settings.source.fields.dates) == (
        "expires",
        "dmy",
    )
    assert inference.notes[1:] == (
        "day: dates with the day first",
        "when: dates with the month first",
        "other: dates such as 1/2/2024 may have day or month first, and stay text; "
        'say so in pinakes.toml: [attributes.other] type = "date", dates = "dmy" or "mdy"',
        "expires: dates with the day first",
    )
    save_settings(tmp_path, inference.settings)
    assert load_settings(tmp_path) == inference.settings
    assert 'dates = "dmy"' in (tmp_path / "pinakes.toml").read_text("utf-8")


def test_numbers_with_a_decimal_comma(tmp_path):
    inference = infer_csv(tmp_path, "id;title;price\na;Red;12,50\nb;Blue;1.299,00 €\n")
    price = inference.settings.attributes["price"]
    assert (price.type, price.decimal) == (AttributeType.FLOAT, ",")
    assert "price: numbers with a decimal comma" in inference.notes
    records = list(open_source(inference.settings, tmp_path / "t").records())
    assert [record.attributes["price"] for record in records] == [12.5, 1299.0]
