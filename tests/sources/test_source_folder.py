import os

import pytest

from pinakes.errors import SourceError
from pinakes.sources.base import Record, Rejection
from pinakes.sources.folder import FolderSource
from pinakes.sources.pattern import parse_pattern


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def read(root, pattern=None, with_folder=False):
    source = FolderSource(root, parse_pattern(pattern) if pattern else None, with_folder)
    return list(source.records())


def roles(record):
    return {picture.role: picture.uri for picture in record.pictures}


def test_each_picture_is_an_item(tmp_path):
    touch(tmp_path, "b/red_dress-02.JPG", "a.heic", "b/c/x.webp", "notes.txt", "b/table.csv")
    records = read(tmp_path, with_folder=True)
    assert [(r.id, r.title, r.attributes) for r in records] == [
        ("a", "a", {"folder": None}),
        ("b/c/x", "x", {"folder": "b/c"}),
        ("b/red_dress-02", "red dress 02", {"folder": "b"}),
    ]
    assert all(record.only_pictures for record in records)
    assert records[2].where == "b/red_dress-02.JPG"
    assert roles(records[2]) == {"front": "b/red_dress-02.JPG"}
    assert records[2].pictures[0].path == tmp_path / "b/red_dress-02.JPG"


def test_the_folder_is_no_attribute_unless_asked_for(tmp_path):
    touch(tmp_path, "b/x.png")
    assert read(tmp_path)[0].attributes == {}


def test_names_that_differ_by_suffix_keep_it(tmp_path):
    touch(tmp_path, "a.jpg", "a.png", "a.jpg.png", "b.jpg")
    assert [record.id for record in read(tmp_path)] == ["a.jpg", "a.jpg.png", "a.png", "b"]
    assert [record.title for record in read(tmp_path)] == ["a", "a jpg", "a", "b"]


def test_hidden_files_and_the_collections_own_are_passed_over(tmp_path):
    touch(tmp_path, ".pinakes/media/x.webp", ".hidden.jpg", "a/.thumbs/x.jpg", "a/._b.jpg", "a/b.jpg")
    assert [record.id for record in read(tmp_path)] == ["a/b"]


def test_links(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    touch(inside, "a.jpg")
    touch(outside, "secret.jpg")
    (inside / "again.jpg").symlink_to(inside / "a.jpg")
    (inside / "secret.jpg").symlink_to(outside / "secret.jpg")
    (inside / "loop").symlink_to(inside)
    (inside / "away").symlink_to(outside)
    refused, *records = read(inside)
    assert (refused.where, refused.reason, refused.uri) == ("secret.jpg", "outside_source", "secret.jpg")
    assert [record.id for record in records] == ["a", "again"]


def test_a_link_that_leads_to_itself_is_left_to_the_decoder_to_refuse(tmp_path):
    touch(tmp_path, "a.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    assert [record.id for record in read(tmp_path)] == ["a", "loop"]


def test_a_pattern_groups_views(tmp_path):
    touch(tmp_path, "1_back.jpg", "1_detail.jpg", "1_front.jpg", "2_front.jpg", "3.jpg", "x/1_front.jpg")
    records = read(tmp_path, "{id}_{role}.jpg")
    assert [(record.id, list(roles(record))) for record in records] == [
        ("1", ["front", "back", "detail"]),
        ("2", ["front"]),
        ("3", ["front"]),
        ("x/1", ["front"]),
    ]


def test_two_pictures_of_one_role_are_numbered(tmp_path):
    touch(tmp_path, "1_front.jpg", "1_front.png", "1.jpg")
    (record,) = read(tmp_path, "{id}_{role}")
    assert roles(record) == {"front": "1.jpg", "front:2": "1_front.jpg", "front:3": "1_front.png"}


def test_names_that_cannot_be_ids_are_refused(tmp_path):
    touch(tmp_path, "line\nbreak.jpg", "good.jpg")
    touch(tmp_path, os.fsdecode(b"\xff.jpg"))
    *refused, record = read(tmp_path)
    assert record.id == "good"
    assert [each.reason for each in refused] == ["bad_id", "bad_id"]
    assert [each.where for each in refused] == ["\\udcff.jpg", "line\\nbreak.jpg"]
    assert all("rename the file" in each.detail for each in refused)


def test_names_that_differ_only_in_unicode_form(tmp_path):
    touch(tmp_path, "cafe\u0301.jpg", "caf\u00e9.jpg")
    first, second = read(tmp_path)
    assert isinstance(first, Record)
    assert first.id == "café"
    assert isinstance(second, Rejection)
    assert second.reason == "repeated_id"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match=r"cannot read the folder .*none: No such file"):
        read(tmp_path / "none")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read(tmp_path):
    touch(tmp_path, "a.jpg", "closed/b.jpg")
    (tmp_path / "closed").chmod(0)
    refused, record = read(tmp_path)
    (tmp_path / "closed").chmod(0o700)
    assert (refused.where, refused.reason) == ("closed", "unreadable_folder")
    assert record.id == "a"
