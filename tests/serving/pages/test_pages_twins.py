import shutil

import pytest
from PIL import Image

import pinakes
from pinakes.collection import Collection
from pinakes.serving.pages.twins import twins_of, twins_of_item


@pytest.fixture(scope="module")
def twins(tmp_path_factory, pristine):
    """Two items of one file, one of the same photo saved again, and one of another."""
    folder = tmp_path_factory.mktemp("twins") / "photos"
    folder.mkdir()
    first, other = sorted((pristine / "images").glob("garment-*"))[:2]
    shutil.copy(first, folder / "a.jpg")
    shutil.copy(first, folder / "b.jpg")
    Image.open(first).resize((400, 400)).save(folder / "c.jpg", quality=80)
    shutil.copy(other, folder / "d.jpg")
    pinakes.index(folder)
    return folder


def names(cards):
    return [card.hit.id for card in cards]


def test_identical_files_are_a_family_before_anybody_looks(twins):
    with pinakes.open(twins) as engine:
        found = twins_of(engine)
        assert [(f.relation, names(f.cards)) for f in found.families] == [("the same file", ["a", "b"])]
        assert found.unseen == 3
        assert twins_of_item(engine, "d") == ()


def test_the_pages_tell_of_the_same_picture_elsewhere(twins, client_of):
    Collection(twins).find_duplicates()
    client = client_of(twins, base_url="http://localhost")
    page = client.get("/collection").text
    assert "2 families of items that show the same pictures" in page
    assert "The same photo, saved again" in page
    assert "pinakes doctor" not in page
    item = client.get("/items/a").text.partition('id="twins"')[2].partition("</section>")[0]
    assert item.index('href="/items/b"') < item.index("The same file") < item.index('href="/items/c"')
    assert "/items/d" not in item
