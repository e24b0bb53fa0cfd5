from pathlib import Path

import pytest

from pinakes.sources.pictures import is_picture_name, locate, numbered_role, role_order

BASE = Path("/data/shop")


def test_picture_names():
    assert is_picture_name("a/b.JPEG")
    assert is_picture_name("https://host/a.png?width=3#top")
    assert not is_picture_name("a.txt")
    assert not is_picture_name("jpg")


def test_roles():
    roles = ["zoom", "reverse", "detail", "obverse", "front"]
    assert sorted(roles, key=role_order) == ["front", "obverse", "reverse", "detail", "zoom"]
    assert numbered_role("front", ()) == "front"
    assert numbered_role("front", ("front", "front:2")) == "front:3"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("images/a.jpg", "/data/shop/images/a.jpg"),
        ("./x/../a.jpg", "/data/shop/a.jpg"),
        ("images\\a.jpg", "/data/shop/images/a.jpg"),
        ("/data/shop/a.jpg", "/data/shop/a.jpg"),
        ("/collections/shop/a.jpg", "/collections/shop/a.jpg"),
    ],
)
def test_paths_inside(uri, path):
    picture = locate("front", uri, BASE, [BASE, Path("/collections/shop")])
    assert (picture.uri, picture.path) == (uri, Path(path))


@pytest.mark.parametrize(
    "uri", ["../../etc/passwd", "/etc/passwd", "images/../../x.jpg", "/data/shop2/a.jpg", "a\0b"]
)
def test_paths_outside(uri):
    assert locate("front", uri, BASE, [BASE]) is None


def test_an_address_has_no_path():
    assert locate("front", "https://host/../a.jpg", BASE, [BASE]).path is None
