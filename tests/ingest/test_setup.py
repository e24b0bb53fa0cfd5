from types import MappingProxyType

import numpy as np
import pytest

from pinakes.errors import SettingsError, StorageError
from pinakes.ingest.setup import Options, find_setup, write_setup
from pinakes.testing.random_clip import Shape, write_random_clip


def touch(folder, *names):
    for name in names:
        (folder / name).touch()
    return folder


def write_table(folder):
    table = folder / "mugs.csv"
    table.write_text("sku,title,side,photo\n1,A mug,a.jpg,b.jpg\n2,Another,c.jpg,d.jpg\n")
    return table


def set_up(source, options):
    setup = find_setup(source, None, options)
    write_setup(setup)
    return setup


def refused(source, options):
    with pytest.raises(SettingsError) as caught:
        find_setup(source, None, options)
    return str(caught.value)


def test_the_command_that_made_a_collection_of_a_folder_may_be_run_again(tmp_path):
    source = touch(tmp_path, "1_front.jpg", "1_back.jpg")
    options = Options(views="{id}_{role}.jpg")
    assert set_up(source, options).changed
    assert not set_up(source, options).changed
    said = refused(source, Options(views="{id}-{role}.jpg"))
    assert "its source.views is {id}_{role}.jpg, not {id}-{role}.jpg; change it in" in said
    assert "its source.fields.id is not set, not sku" in refused(source, Options(id="sku"))


def test_the_command_that_made_a_collection_of_a_table_may_be_run_again(tmp_path):
    table = write_table(tmp_path)
    vectors = tmp_path / "elsewhere" / "v.npy"
    vectors.parent.mkdir()
    np.save(vectors, np.eye(2, 8, dtype=np.float32))
    views = MappingProxyType({"front": "photo"})
    options = Options(id="sku", views=views, vectors={"mine": vectors})
    assert set_up(table, options).changed
    assert not set_up(table, options).changed
    assert "its source.fields.id is sku, not title" in refused(table, Options(id="title"))
    assert "not {'front': 'side'}" in refused(table, Options(views={"front": "side"}))
    assert "its source.fields.vectors.mine is" in refused(
        table, Options(vectors={"mine": tmp_path / "v.npy"})
    )
    assert "its source.fields.vectors.other is not set" in refused(table, Options(vectors={"other": vectors}))


def test_vectors_beside_their_table_are_the_same_when_named_again(tmp_path):
    table, vectors = write_table(tmp_path), tmp_path / "v.npy"
    np.save(vectors, np.eye(2, 8, dtype=np.float32))
    options = Options(vectors={"mine": vectors})
    set_up(table, options)
    assert not set_up(table, options).changed


def test_a_source_that_can_only_be_read_may_have_its_collection_elsewhere(tmp_path):
    source = touch(tmp_path, "a.jpg")
    setup = find_setup(source, None, Options())
    (source / "pinakes.toml").mkdir()  # which nobody can write over, not even root
    with pytest.raises(
        StorageError, match=r"cannot write .*pinakes\.toml: .*; .* elsewhere .*: --into FOLDER"
    ):
        write_setup(setup)


def test_another_encoder_leaves_the_rest_of_its_space_as_it_was(tmp_path):
    source = touch(tmp_path, "a.jpg")
    set_up(source, Options())
    with (source / "pinakes.toml").open("a") as file:
        file.write('[spaces.picture]\nencoder = "descriptor"\nscore = "roles"\ndtype = "float32"\n')
    model = write_random_clip(tmp_path / "model", Shape(layers=1))
    space = set_up(source, Options(encoder=f"clip:{model}")).settings.spaces["picture"]
    assert (space.encoder, space.score, space.dtype) == (f"clip:{model}", "roles", "float32")


def test_the_folder_of_a_model_is_kept_in_full(tmp_path, monkeypatch):
    model = write_random_clip(tmp_path / "model", Shape(layers=1))
    monkeypatch.chdir(tmp_path)
    for spelling in ("clip:model", "clip:./model", f"clip:{model}/../model"):
        found = find_setup(touch(tmp_path, "a.jpg"), None, Options(encoder=spelling))
        assert found.settings.spaces["picture"].encoder == f"clip:{model}"
