import pytest

from pinakes.sources.views import split_names, view_columns, view_uris


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("a.jpg", ("a.jpg",)),
        ("a.jpg, b.png", ("a.jpg", "b.png")),
        ("a.jpg|b.jpg;c.jpg", ("a.jpg", "b.jpg", "c.jpg")),
        ("smith, jones.jpg", ("smith, jones.jpg",)),
        ("https://host/w_10,h_10/a.jpg", ("https://host/w_10,h_10/a.jpg",)),
        (["a.jpg", "b, c.jpg"], ("a.jpg", "b, c.jpg")),
        ('["a.jpg", "b.jpg"]', ("a.jpg", "b.jpg")),
        (7, ("7",)),
        (None, ()),
        (" ", ()),
    ],
)
def test_split_names(cell, names):
    assert split_names(cell) == names


def test_a_column():
    assert view_columns("image") == ("image",)
    assert view_uris("image", {"image": "b.jpg,a.jpg,b.jpg"}) == ("b.jpg", "a.jpg")
    assert view_uris("image", {}) == ()


def test_a_template():
    assert view_columns("{folder}/{id}.jpg") == ("folder", "id")
    assert view_uris("images/{id}.jpg", {"id": 7}) == ("images/7.jpg",)
    assert view_uris("{a}/{b}", {"a": "x", "b": ["1.jpg", "2.jpg"]}) == ("x/1.jpg", "x/2.jpg")
    assert view_uris("images/{id}.jpg", {"id": None}) == ()
    assert view_uris("images/{id}.jpg", {"id": "{id}"}) == ("images/{id}.jpg",)
