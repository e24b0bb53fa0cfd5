"""Collections with hardly anything in them, or nothing to tell their pictures apart."""

from datetime import date

import numpy as np
import pytest
from PIL import Image

import pinakes
from pinakes.collection import Collection


def write(folder, pictures):
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(np.asarray(picture, dtype=np.uint8)).save(folder / f"item-{number:02}.png")
    return folder


def noise(seed, shape=(96, 128, 3)):
    return np.random.default_rng(seed).integers(0, 256, shape)


@pytest.mark.parametrize("count", [1, 2, 20])
def test_few_pictures_find_themselves(tmp_path, count):
    photos = write(tmp_path / "photos", [noise(seed) for seed in range(count)])
    pinakes.index(photos)
    assert Collection(photos).verify().problems == ()
    Collection(photos).find_duplicates()
    with pinakes.open(photos) as engine:
        for number in {0, count - 1}:
            hit = engine.search(image=photos / f"item-{number:02}.png", collapse="near")[0]
            assert (hit.id, hit.score) == (f"item-{number:02}", pytest.approx(1.0, abs=1e-3))
            assert hit.closeness == "very close"
        assert len(engine.search(like="item-00", top=20)) == count - 1
        assert engine.duplicates().families == ()


@pytest.mark.parametrize(
    "picture", [noise(1), np.full((96, 128, 3), 200)], ids=["noise", "without anything on it"]
)
def test_the_same_picture_again_and_again(tmp_path, picture):
    photos = write(tmp_path / "photos", [picture] * 12)
    pinakes.index(photos)
    Collection(photos).find_duplicates()
    with pinakes.open(photos) as engine:
        assert len(engine.search(image=photos / "item-00.png")) == 1
        assert len(engine.search(image=photos / "item-00.png", collapse=False, top=20)) == 12
        (family,) = engine.duplicates().families
        assert (family.kind, len(family.items)) == ("identical", 12)


def test_pictures_without_texture_are_nobodys_duplicates(tmp_path):
    flat = [np.full((64, 64, 3), grey) for grey in (0, 60, 120, 200, 255)]
    photos = write(tmp_path / "photos", flat)
    pinakes.index(photos)
    Collection(photos).find_duplicates()
    with pinakes.open(photos) as engine:
        assert engine.duplicates().families == ()
        assert engine.item("item-01").views[0].phash is None


def test_pictures_of_one_pixel(tmp_path):
    pixels = [np.full((1, 1, 3), grey) for grey in (0, 90, 180)]
    photos = write(tmp_path / "photos", [*pixels, noise(1)])
    report = pinakes.index(photos)
    with pinakes.open(photos) as engine:
        assert len(engine) == 4 - report.add.quarantined
        assert engine.search(image=photos / "item-03.png")[0].id == "item-03"


def test_dates_of_a_table_are_found_as_days_however_they_are_written(tmp_path):
    """Day first is inferred; what can be read either way is text until pinakes.toml says how."""
    table = tmp_path / "cups.csv"
    table.write_text(
        "id,title,made,sold\na,red cup,31.12.2023,1/2/2024\nb,blue cup,02.01.2024,3/4/2024\n", "utf-8"
    )
    pinakes.index(table, into=tmp_path / "cups")
    with pinakes.open(tmp_path / "cups") as engine:
        assert engine.search(where="made >= '2024-01-01'").ids == ("b",)
        assert engine.search(where="sold = '1/2/2024'").ids == ("a",)
    settings = tmp_path / "cups" / "pinakes.toml"
    said = '[attributes.sold]\ntype = "date"\ndates = "mdy"'
    text = settings.read_text("utf-8").replace('[attributes.sold]\ntype = "string"', said)
    settings.write_text(text, "utf-8")
    pinakes.index(tmp_path / "cups")
    with pinakes.open(tmp_path / "cups") as engine:
        assert engine.search(where="sold < '2024-02-01'").ids == ("a",)
        assert engine.search(where="made >= '2024-01-01'", sort="sold").ids == ("b",)
        assert engine.item("b").attributes["sold"] == date(2024, 3, 4)
