import shutil

import pytest
from clip_models import edit

from pinakes.encoders.clip.layout import LAYOUTS, find_files
from pinakes.errors import SettingsError


def test_the_layout_of_the_model_repositories(clip_model):
    files = find_files(clip_model)
    assert files.layout.name == "immich-app"
    assert files.image_model == clip_model / "visual/model.onnx"
    assert files.read("config.json")["embed_dim"] == 32


def test_the_same_files_side_by_side(clip_model, tmp_path):
    for theirs, ours in zip(LAYOUTS[0].paths(), LAYOUTS[1].paths(), strict=True):
        shutil.copy(clip_model / theirs, tmp_path / ours)
    assert find_files(tmp_path).layout.name == "one folder"
    assert len(find_files(tmp_path).fingerprint()) == 64


def test_a_folder_without_a_model_names_every_layout_and_what_it_lacks(own_model):
    (own_model / "textual/tokenizer.json").unlink()
    with pytest.raises(SettingsError) as caught:
        find_files(own_model)
    said = str(caught.value).splitlines()
    assert said[0] == f"{own_model} does not hold a CLIP model in ONNX; layouts that were tried:"
    assert said[1] == "  immich-app: lacks textual/tokenizer.json"
    assert said[2].startswith("  one folder: lacks visual.onnx, preprocess_cfg.json")
    assert len(said) == 1 + len(LAYOUTS)


@pytest.mark.parametrize(("text", "said"), [("{", "cannot read"), ("[1]", "a JSON object, not list")])
def test_broken_settings_name_their_file(own_model, text, said):
    (own_model / "config.json").write_text(text)
    with pytest.raises(SettingsError, match=said) as caught:
        find_files(own_model).read("config.json")
    assert str(own_model / "config.json") in str(caught.value)


def test_one_model_has_one_fingerprint_wherever_it_lies(clip_model, tmp_path):
    copy = shutil.copytree(clip_model, tmp_path / "elsewhere")
    assert find_files(copy).fingerprint() == find_files(clip_model).fingerprint()


@pytest.mark.parametrize(
    "path",
    [
        "visual/model.onnx",
        "textual/model.onnx",
        "visual/weights.bin",
        "textual/tokenizer.json",
    ],
)
def test_weights_and_tokenizer_are_in_the_fingerprint(own_model, path):
    before = find_files(own_model).fingerprint()
    with (own_model / path).open("ab") as file:
        file.write(b" ")
    assert find_files(own_model).fingerprint() != before


def test_settings_are_in_the_fingerprint(own_model):
    seen = {find_files(own_model).fingerprint()}
    edit(own_model / "visual/preprocess_cfg.json", mean=[0.4, 0.4, 0.4])
    seen.add(find_files(own_model).fingerprint())
    edit(own_model / "config.json", text_cfg={"context_length": 15})
    seen.add(find_files(own_model).fingerprint())
    edit(own_model / "textual/tokenizer_config.json", padding_side="left")
    seen.add(find_files(own_model).fingerprint())
    assert len(seen) == 4


def test_what_no_vector_depends_on_is_not_in_the_fingerprint(own_model):
    before = find_files(own_model).fingerprint()
    (own_model / "README.md").write_text("about")
    (own_model / "visual/model.armnn").write_bytes(b"for another runtime")
    (own_model / "textual/vocab.json").write_text("{}")
    config = own_model / "config.json"
    config.write_text(config.read_text().replace("\n", "\n  "))
    assert find_files(own_model).fingerprint() == before
