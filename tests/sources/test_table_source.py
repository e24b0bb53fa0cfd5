import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from pinakes.errors import SourceError, UnknownNameError
from pinakes.settings import parse_settings
from pinakes.sources.base import REASONS, Record
from pinakes.sources.formats import open_rows
from pinakes.sources.table import TableSource
from pinakes.types import Rights


def read(path, fields, attributes=None, folder=None):
    settings = parse_settings({"source": {"fields": fields}, "attributes": attributes or {}})
    return list(TableSource(open_rows(path), settings, folder or path.parent).records())


@pytest.fixture
def csv(tmp_path):
    def write(text):
        path = tmp_path / "shop" / "items.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def jsonl(tmp_path):
    def write(*rows):
        path = tmp_path / "items.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        return path

    return write


def test_a_row_becomes_a_record(jsonl):
    path = jsonl(
        {
            "sku": 7,
            "name": " Red dress ",
            "about": "Light.",
            "notes": ["a", "b"],
            "cost": "$35",
            "seasons": "Summer, Spring",
            "photos": ["a.jpg", "b.jpg"],
            "back": "c.jpg",
            "licence": "CC0",
            "by": ["Ann", "Bob"],
            "until": "2030-01-01T10:00:00Z",
        }
    )
    (record,) = read(
        path,
        {
            "id": "sku",
            "title": "name",
            "text": ["about", "notes"],
            "views": {"front": "photos", "back": "back"},
            "license": "licence",
            "author": "by",
            "expires": "until",
        },
        {
            "price": {"type": "float", "column": "cost"},
            "seasons": {"type": "set"},
            "stock": {"type": "integer"},
        },
    )
    assert (record.where, record.id, record.title, record.text) == (
        "items.jsonl:1",
        "7",
        "Red dress",
        "Light.\na; b",
    )
    assert record.attributes == {"price": 35.0, "seasons": ("Spring", "Summer"), "stock": None}
    assert record.rights == Rights("CC0", "Ann; Bob", None, None, date(2030, 1, 1))
    assert [(view.role, view.uri, view.path) for view in record.pictures] == [
        ("front", "a.jpg", path.parent / "a.jpg"),
        ("front:2", "b.jpg", path.parent / "b.jpg"),
        ("back", "c.jpg", path.parent / "c.jpg"),
    ]
    assert record.left_out == ()


def test_what_is_offered_is_taken_or_rejected(csv):
    path = csv("id,price\na,1\n,2\nb,3,4\na,5\n" + "x" * 513 + ",6\nc,7\n")
    read_back = read(path, {"id": "id"}, {"price": {"type": "integer"}})
    assert [(each.where, each.id, getattr(each, "reason", None)) for each in read_back] == [
        ("items.csv:2", "a", None),
        ("items.csv:3", None, "missing_id"),
        ("items.csv:4", None, "unreadable_row"),
        ("items.csv:5", "a", "repeated_id"),
        ("items.csv:6", None, "bad_id"),
        ("items.csv:7", "c", None),
    ]
    assert read_back[3].detail == "rows 2 and 5 have the id 'a'; row 2 is kept"
    assert {each.reason for each in read_back if not isinstance(each, Record)} <= set(REASONS)


def test_a_wrong_value_leaves_the_item(csv):
    path = csv("id,price,day\na,cheap,2024-01-01\nb,2,soon\n")
    first, second = read(path, {"id": "id"}, {"price": {"type": "float"}, "day": {"type": "date"}})
    assert first.attributes == {"price": None, "day": date(2024, 1, 1)}
    (left_out,) = first.left_out
    assert (left_out.reason, left_out.id, left_out.field, left_out.where) == (
        "wrong_type",
        "a",
        "price",
        "items.csv:2",
    )
    assert left_out.detail == "price: 'cheap' is not a finite number"
    assert [each.field for each in second.left_out] == ["day"]


def test_a_set_is_split_where_the_settings_say(csv):
    path = csv("id,tags\na,x; y,z\n".replace(",z", " z"))
    (record,) = read(path, {"id": "id"}, {"tags": {"type": "set", "separator": ";"}})
    assert record.attributes["tags"] == ("x", "y z")


def test_rights_that_cannot_be_read_fail_closed(csv):
    path = csv("id,until\na,2030-01-01\nb,next year\nb,2031-01-01\n")
    first, second, third = read(path, {"id": "id", "expires": "until"})
    assert first.rights.expires == date(2030, 1, 1)
    assert (second.reason, second.id, second.field) == ("bad_expiry", "b", "expires")
    assert third.rights.expires == date(2031, 1, 1)


def test_a_last_date_may_have_its_day_first(csv):
    path = csv("id,until\na,31.12.2030\nb,2031-01-02\nc,12/31/2030\nd,\n")
    first, second, third, fourth = read(path, {"id": "id", "expires": "until", "dates": "dmy"})
    assert (first.rights.expires, second.rights.expires) == (date(2030, 12, 31), date(2031, 1, 2))
    assert third.reason == "bad_expiry"
    assert fourth.rights.expires is None


def test_pictures_outside_of_the_source_are_refused_and_the_item_stands(csv, tmp_path):
    path = csv(
        "id,image\na,../../etc/passwd\nb,/etc/passwd\nc,../collection/x.jpg\nd,ok.jpg\ne,https://host/x.jpg\n"
    )
    records = read(path, {"id": "id", "views": {"front": "image"}}, folder=tmp_path / "collection")
    assert [len(record.pictures) for record in records] == [0, 0, 1, 1, 1]
    assert records[2].pictures[0].path == tmp_path / "collection" / "x.jpg"
    assert records[4].pictures[0].path is None
    (left_out,) = records[0].left_out
    assert (left_out.reason, left_out.uri, left_out.id) == ("outside_source", "../../etc/passwd", "a")


def test_absolute_paths_hold_through_a_linked_folder(csv, tmp_path):
    path = csv(f"id,image\na,{tmp_path}/shop/x.jpg\n")
    (tmp_path / "linked").symlink_to(path.parent)
    (record,) = read(tmp_path / "linked" / "items.csv", {"id": "id", "views": {"front": "image"}})
    assert record.pictures[0].path == tmp_path / "shop" / "x.jpg"


def test_a_template_names_pictures(csv):
    (record,) = read(csv("id\n7\n"), {"id": "id", "views": {"front": "images/{id}.jpg"}})
    assert record.pictures[0].uri == "images/7.jpg"


def test_a_pattern_takes_the_words_of_columns_without_a_place(jsonl):
    path = jsonl({"id": "a", "t_x": "ex", "t_y": ["why"], "t_n": 7, "t_named": "no", "other": "no"})
    (record,) = read(path, {"id": "id", "text": ["t_*"]}, {"t_named": {"type": "string"}})
    assert record.text == "ex\nwhy"


def test_vectors_in_a_column(tmp_path):
    path = tmp_path / "items.parquet"
    vectors = [[1.0, 2.0, 3.0], None, [1.0, 2.0], [0.0, 0.0, 0.0], [1.0, None, 2.0], [4.0, 5.0, 6.0]]
    pl.DataFrame({"id": list("abcdef"), "v": vectors}).write_parquet(path)
    records = read(path, {"id": "id", "vectors": {"vector": "v"}})
    assert [sorted(record.vectors) for record in records] == [["vector"], [], [], [], [], ["vector"]]
    assert records[5].vectors["vector"].tolist() == [4.0, 5.0, 6.0]
    assert records[5].vectors["vector"].dtype == np.float32
    assert [each.detail for record in records for each in record.left_out] == [
        "vector: 2 numbers, where the others have 3",
        "vector: all numbers are zero, so it has no direction",
        "vector: holds NaN or an infinity",
    ]


def test_the_first_vector_does_not_decide_the_length(csv):
    path = csv('id,v\na,"[1, 2]"\nb,"[1, 2, 3]"\nc,"[3, 2, 1]"\n')
    records = read(path, {"id": "id", "vectors": {"vector": "v"}})
    assert [sorted(record.vectors) for record in records] == [[], ["vector"], ["vector"]]


def test_vectors_in_a_file_keep_to_their_rows(csv):
    path = csv("id\na\nb,broken\nc\n")
    np.save(path.parent / "v.npy", np.float16([[1, 0], [2, 0], [3, 0]]))
    records = read(path, {"id": "id", "vectors": {"vector": "v.npy"}})
    assert [each.vectors["vector"].tolist() for each in records if isinstance(each, Record)] == [
        [1, 0],
        [3, 0],
    ]


def test_a_file_of_vectors_must_have_a_row_for_each_row(csv):
    path = csv("id\na\nb\n")
    np.save(path.parent / "v.npy", np.ones((3, 2)))
    with pytest.raises(SourceError, match=r"v\.npy has 3 rows and items\.csv has 2"):
        read(path, {"id": "id", "vectors": {"vector": "v.npy"}})


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones(3), r"a matrix of numbers is expected, found float64 \(3,\)"),
        (np.array([["a"]]), "a matrix of numbers"),
        (np.array([[{}]], dtype=object), "cannot read the vectors"),
        (None, "cannot read the vectors"),
    ],
)
def test_files_of_no_vectors(csv, array, message):
    path = csv("id\na\n")
    if array is not None:
        np.save(path.parent / "v.npy", array)
    with pytest.raises(SourceError, match=message):
        read(path, {"id": "id", "vectors": {"vector": "v.npy"}})


def test_columns_that_are_not_there(csv):
    path = csv("id,titel\na,b\n")
    with pytest.raises(UnknownNameError, match="unknown column 'title'; did you mean 'titel'"):
        read(path, {"id": "id", "title": "title"})
    with pytest.raises(UnknownNameError, match="unknown column 'price'"):
        read(path, {"id": "id"}, {"price": {"type": "float"}})
    with pytest.raises(SourceError, match=r"set source\.fields\.id"):
        read(path, {})


@pytest.mark.parametrize("cell", [None, "", " ", ["a"], {"a": 1}, float("nan")])
def test_cells_that_are_no_id(jsonl, cell):
    (rejection,) = read(jsonl({"id": cell}), {"id": "id"})
    assert rejection.reason == "missing_id"


def test_ids_as_numbers(jsonl):
    records = read(jsonl({"id": 5}, {"id": 6.0}, {"id": "007"}), {"id": "id"})
    assert [record.id for record in records] == ["5", "6", "007"]


def test_a_table_can_be_read_again(csv):
    settings = parse_settings({"source": {"fields": {"id": "id"}}})
    source = TableSource(open_rows(csv("id\na\nb\n")), settings, csv("id\na\nb\n").parent)
    assert list(source.records()) == list(source.records())
