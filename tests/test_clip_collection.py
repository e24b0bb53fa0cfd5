"""A collection with a CLIP model, end to end: indexed, searched by picture and by words, and synced."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

import pinakes
from pinakes.errors import IntegrityError, QueryError
from pinakes.retrieval.encode import missing_note
from pinakes.samples.gallery import generate_gallery
from pinakes.serving.app import create_app
from pinakes.settings import load_settings
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.reader import open_snapshot
from pinakes.testing.random_clip import Shape, write_random_clip

SMALL = Shape(image=64, patch=16, dim=64)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """A gallery of 40 items, indexed with a small random model beside it."""
    folder = tmp_path_factory.mktemp("clip")
    model = write_random_clip(folder / "model", SMALL)
    generate_gallery(folder / "photos", size=40)
    report = pinakes.index(folder / "photos", encoder=f"clip:{model}")
    return folder, report


@pytest.fixture
def own(indexed, tmp_path):
    """A copy of photos and release that the test may change; its model is still the one of ``indexed``."""
    return shutil.copytree(indexed[0] / "photos", tmp_path / "photos")


def test_the_space_is_the_models(indexed):
    folder, report = indexed
    assert report.add.quarantined == 0
    assert load_settings(folder / "photos").spaces["picture"].encoder == f"clip:{folder / 'model'}"
    snapshot = open_snapshot(CollectionPaths(folder / "photos"), "v0001")
    record = snapshot.manifest.encoders["picture"]
    assert (record.dim, record.unit, record.name) == (64, "view", f"clip:{folder / 'model'}")
    lengths = np.linalg.norm(snapshot.vectors("picture").astype(np.float32), axis=1)
    assert np.allclose(lengths, 1, atol=1e-3)


def test_a_picture_finds_its_item(indexed):
    photos = indexed[0] / "photos"
    with pinakes.open(photos) as engine:
        for path in sorted((photos / "images").glob("product-*_front.*"))[:3]:
            hits = engine.search(image=path, top=1).hits
            assert hits[0].id == path.name.partition("_")[0]
            with Image.open(path) as picture:
                assert engine.search(image=picture.convert("RGB"), top=1).hits[0].id == hits[0].id


def test_words_are_read_by_the_text_tower(indexed):
    """Words that no item has: BM25 finds nothing, so whatever comes is from the text tower."""
    with pinakes.open(indexed[0] / "photos") as engine:
        hits = engine.search("zzyzx qwrtz", top=5).hits
    assert len(hits) == 5
    assert all("words" not in str(hit.reasons) for hit in hits)


def test_a_second_run_changes_nothing(indexed):
    assert pinakes.Collection(indexed[0] / "photos").sync().release == indexed[1].release


def test_another_model_in_the_same_folder_is_refused(indexed, own, tmp_path):
    folder = indexed[0]
    shutil.move(folder / "model", tmp_path / "kept")
    try:
        write_random_clip(folder / "model", Shape(image=64, patch=16, dim=64, seed=9))
        with pytest.raises(IntegrityError, match="another model than the one that made the vectors"):
            pinakes.open(own)
    finally:
        shutil.rmtree(folder / "model", ignore_errors=True)
        shutil.move(tmp_path / "kept", folder / "model")


def test_a_model_that_is_gone_takes_nothing_else_with_it(indexed, own, tmp_path):
    """Words and other items are still searched; what cannot be is named, with the way out."""
    folder = indexed[0]
    with pinakes.open(own) as engine:
        some = engine.item("product-0001")
        vector = engine.vectors("picture")[1][0]
        assert engine.missing == {}
    shutil.move(folder / "model", tmp_path / "kept")
    try:
        with pinakes.open(own) as engine:
            assert "there is no folder" in engine.missing["picture"]
            found = engine.search(some.title, top=3)
            assert some.id in found.ids
            assert [step.signal for step in found.plan] == ["words"]
            assert found.notes == (missing_note("picture"),)
            assert len(engine.search(like=some.id, top=3)) == 3
            assert len(engine.search(vector=vector, top=3)) == 3
            assert engine.search(vector=vector).notes == ()
            with pytest.raises(QueryError, match="pinakes status DIR"):
                engine.search(image=np.zeros((9, 9, 3), np.uint8))
            with TestClient(create_app(engine.paths.root)) as client:
                ready = client.get("/readyz").json()
                assert ready["status"] == "degraded"
                assert ready["detail"] == missing_note("picture")
        assert "there is no folder" in pinakes.Collection(own).status().missing["picture"]
        screen = subprocess.run(
            [sys.executable, "-m", "pinakes", "status", str(own)], check=True, capture_output=True, text=True
        ).stdout
        assert "there is no folder" in " ".join(screen.split())
    finally:
        shutil.move(tmp_path / "kept", folder / "model")
    assert pinakes.Collection(own).status().missing == {}


def test_another_model_by_its_own_name_makes_a_new_base(indexed, own, tmp_path):
    other = write_random_clip(tmp_path / "other", Shape(family="siglip", image=48, patch=16, dim=32))
    pinakes.index(own, encoder=f"clip:{other}")
    with pinakes.open(own) as engine:
        assert engine.vectors("picture")[1].shape[1] == 32
