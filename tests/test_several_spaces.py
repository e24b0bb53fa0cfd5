"""One collection with two spaces of its pictures: each is searched, and both are fused."""

import pytest

import pinakes
from pinakes.errors import UnknownNameError
from pinakes.samples.gallery import generate_gallery
from pinakes.settings import SpaceSettings, load_settings, save_settings
from pinakes.testing.random_clip import Shape, write_random_clip

SMALL = Shape(image=64, patch=16, dim=64)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spaces")
    model = write_random_clip(folder / "model", SMALL)
    photos = folder / "photos"
    generate_gallery(photos, size=20)
    settings = load_settings(photos)
    spaces = {
        "picture": SpaceSettings(encoder="descriptor"),
        "meaning": SpaceSettings(encoder=f"clip:{model}", score="mean"),
    }
    save_settings(photos, settings.model_copy(update={"spaces": spaces}))
    pinakes.index(photos)
    return photos


@pytest.fixture(scope="module")
def engine(photos):
    with pinakes.open(photos) as engine:
        yield engine


def test_each_space_is_searched_and_gives_its_reason(engine, photos):
    results = engine.search(image=photos / "images/coin-0001_obverse.jpg", top=5)
    assert results[0].id == "coin-0001"
    assert {step.signal: step.method for step in results.plan} == {
        "picture": "exact",
        "meaning": "mean over exact",
    }
    assert {reason.signal for reason in results[0].reasons} == {"picture", "meaning"}


def test_a_weight_of_zero_leaves_a_space_out(engine, photos):
    query = photos / "images/coin-0001_obverse.jpg"
    alone = engine.search(image=query, weights={"meaning": 0}, top=5)
    assert [step.signal for step in alone.plan] == ["picture"]
    assert alone[0].score == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(UnknownNameError, match="unknown signal 'colour'"):
        engine.search(image=query, weights={"colour": 1})


def test_roles_are_compared_in_every_space(engine, photos):
    sides = {role: photos / f"images/coin-0001_{role}.jpg" for role in ("obverse", "reverse")}
    results = engine.search(image=sides, top=5)
    assert results[0].id == "coin-0001"
    assert {step.method for step in results.plan} == {"roles over exact"}
    assert all(reason.detail.endswith("obverse 1.00, reverse 1.00") for reason in results[0].reasons)


def test_more_like_this_asks_both(engine):
    assert {step.signal for step in engine.search(like="coin-0001").plan} == {"picture", "meaning"}
    dims = {space: engine.vectors(space)[1].shape[1] for space in ("picture", "meaning")}
    assert dims["meaning"] == 64


def test_a_space_that_is_named_no_more_is_told_of(gallery):
    model = write_random_clip(gallery / "model", SMALL)
    with (gallery / "pinakes.toml").open("a") as file:  # as one who wants both
        file.write(f'\n[spaces.meaning]\nencoder = "clip:{model}"\n')
    notes = pinakes.index(gallery).notes
    assert any(note.startswith("the space 'picture' is gone") for note in notes)
    assert any(note.endswith("to have it again: [spaces.picture] encoder = 'descriptor'") for note in notes)
    assert not any("is gone" in note for note in pinakes.index(gallery).notes)
