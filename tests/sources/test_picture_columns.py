import pytest

from pinakes.sources.picture_columns import PictureColumn, find_picture_columns, locate_by_name, role_of
from pinakes.sources.sampling import Column


@pytest.fixture
def base(tmp_path):
    for name in ("a.jpg", "images/b.jpg", "images/7.jpg", "images/8.jpg", "photos/7.png", ".hidden/9.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def find(base, **columns):
    return find_picture_columns({n: Column(n, cells, len(cells)) for n, cells in columns.items()}, base)


def test_paths_that_exist(base):
    assert find(base, shot=("images/b.jpg", "gone.jpg")) == (
        PictureColumn("shot", "shot", 2, 1, remote=False),
    )


def test_names_of_files_in_a_folder_beside(base):
    assert find(base, img=("b.jpg", "7.jpg")) == (PictureColumn("img", "images/{img}", 2, 2, remote=False),)


def test_names_without_suffix_need_a_telling_column(base):
    assert find(base, image=("7", "8")) == (PictureColumn("image", "images/{image}.jpg", 2, 2, remote=False),)
    assert find(base, year=("7", "8")) == ()
    assert find(base, image=("1", "2")) == ()


def test_addresses(base):
    there = ("https://host/x.jpg?w=3", "https://host/y.jpg")
    assert find(base, shot=there) == (PictureColumn("shot", "shot", 0, 0, remote=True),)
    assert find(base, image_url=("https://host/1",)) == (
        PictureColumn("image_url", "image_url", 0, 0, remote=True),
    )
    assert find(base, homepage=("https://host/1",)) == ()


def test_other_columns_name_no_pictures(base):
    assert find(base, title=("a", "b"), empty=(), nul=("\0", "x" * 5000)) == ()


def test_pictures_named_by_the_id(base):
    found = locate_by_name(Column("id", (7, 8), 2), base)
    assert found == PictureColumn("id", "images/{id}.jpg", 2, 2, remote=False)
    assert locate_by_name(Column("id", (9,), 1), base) is None


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("image", "front"),
        ("photo_url", "front"),
        ("imageBack", "back"),
        ("obverse", "obverse"),
        ("photo2", "front:2"),
        ("image_1", "front"),
        ("detail_left_image", "detail_left"),
    ],
)
def test_roles(column, role):
    assert role_of(column) == role
