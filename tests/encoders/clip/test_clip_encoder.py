import json
import shutil

import clip_models
import numpy as np
import onnx
import pytest
from clip_models import edit, pictures, with_padding
from onnxruntime.quantization import QuantType, quantize_dynamic

from pinakes.encoders.base import ImageEncoder, TextEncoder
from pinakes.encoders.clip.encoder import ClipFamily, open_clip_model
from pinakes.encoders.families import open_family
from pinakes.errors import FormatVersionError, IntegrityError, SettingsError
from pinakes.media.decode import decode
from pinakes.media.preparers import load_preparer
from pinakes.testing.encoder import check_encoder


def encode(encoder, images):
    prepare = load_preparer(encoder.preparer)
    return encoder.encode_images([prepare(image) for image in images])


def test_both_families_keep_the_contract(model):
    encoder = check_encoder(ClipFamily(str(model)), pictures())
    assert isinstance(encoder, ImageEncoder) and isinstance(encoder, TextEncoder)


def test_int8_keeps_the_contract_and_stays_near(own_model, tmp_path):
    before = encode(open_clip_model(own_model), pictures())
    for tower in ("visual", "textual"):
        path = own_model / tower / "model.onnx"
        single = shutil.move(path, tmp_path / "single.onnx")
        quantize_dynamic(single, path, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)
    encoder = check_encoder(ClipFamily(str(own_model)), pictures())
    after = encode(encoder, pictures())
    assert not np.array_equal(before, after)
    assert (before * after).sum(axis=1).min() > 0.99


def test_a_model_that_takes_batches_gives_the_same_vectors(clip_model, tmp_path):
    batched = clip_models.write(tmp_path / "batched", batch=True)
    found = encode(open_clip_model(batched), pictures())
    assert np.array_equal(found, encode(open_clip_model(clip_model), pictures()))


def test_vectors_are_what_the_towers_give(clip_model):
    """The whole path once more by hand: preprocessing, tower, and tokens."""
    import onnxruntime

    encoder = open_clip_model(clip_model)
    prepared = load_preparer(encoder.preparer)(pictures()[0])
    scaled = (prepared / 255 - encoder.preprocessing.mean) / encoder.preprocessing.std
    image = scaled.transpose(2, 0, 1)[None].astype(np.float32)
    tower = onnxruntime.InferenceSession(clip_model / "visual/model.onnx")
    wanted = tower.run(None, {"image": image})[0]
    assert np.allclose(encoder.encode_images([prepared]), wanted, atol=1e-6)
    tokens, _ = encoder.tokenizer.encode("a red dress")
    tower = onnxruntime.InferenceSession(clip_model / "textual/model.onnx")
    wanted = tower.run(None, {"text": tokens.astype(np.int32)})[0]
    assert np.allclose(encoder.encode_texts(["a red dress"]), wanted, atol=1e-6)


def test_different_things_have_different_vectors(model):
    encoder = open_clip_model(model)
    images = encode(encoder, pictures())
    texts = encoder.encode_texts(["a red dress", "an old coin", "red a dress"])
    assert (np.triu(images @ images.T, 1) < 0.9999).all()
    assert (np.triu(texts @ texts.T, 1) < 0.99999).all()


def test_both_sides_of_a_text_are_one(clip_model):
    encoder = open_clip_model(clip_model)
    assert np.array_equal(encoder.encode_texts(["red"], "item"), encoder.encode_texts(["red"]))


def test_a_text_tower_with_an_attention_mask_and_wide_integers(own_model):
    """As multilingual models have: tokens as int64, and a mask that says which of them count."""
    path = own_model / "textual/model.onnx"
    _write_mask_tower(path)
    encoder = open_clip_model(own_model)
    vectors = encoder.encode_texts(["red", "a red dress"])
    assert vectors[0, :2] == pytest.approx(vectors[1, :2] * [1, 1])  # both are (1, 0, ...) by construction
    ids, mask = encoder.tokenizer.encode("red")
    row = encoder.texts.run([{"input_ids": ids, "attention_mask": mask}], dict)
    assert row[0, 0] == mask.sum() and row[0, 1] == 0


def _write_mask_tower(path):
    from onnx import TensorProto, helper, numpy_helper

    given = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["n", 16])
        for name in ("input_ids", "attention_mask")
    ]
    first = np.zeros((1, 32), dtype=np.float32)
    first[0, 0] = 1
    nodes = [
        helper.make_node("ReduceSum", ["attention_mask", "axis"], ["count"], keepdims=1),
        helper.make_node("Cast", ["count"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["real", "first"], ["counted"]),
        helper.make_node("ReduceSum", ["input_ids", "axis"], ["total"], keepdims=1),
        helper.make_node("Cast", ["total"], ["other"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["other", "nothing"], ["none"]),
        helper.make_node("Add", ["counted", "none"], ["text_embeds"]),
    ]
    weights = [
        numpy_helper.from_array(first, "first"),
        numpy_helper.from_array(np.zeros((1, 32), np.float32), "nothing"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
    ]
    made = [helper.make_tensor_value_info("text_embeds", TensorProto.FLOAT, ["n", 32])]
    graph = helper.make_graph(nodes, "text", given, made, weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def test_an_image_tower_that_takes_other_pictures(own_model):
    edit(own_model / "visual/preprocess_cfg.json", size=[40, 40])
    with pytest.raises(SettingsError, match=r"floats of shape \(1, 3, 40, 40\)"):
        encode(open_clip_model(own_model), pictures(1))


def test_a_text_has_the_same_vector_with_and_without_its_padding(own_model):
    texts = ["red", "a red dress", "old coin " * 20]
    short = open_clip_model(own_model).encode_texts(texts)
    with_padding(own_model / "textual/model.onnx")
    whole = open_clip_model(own_model).encode_texts(texts)
    assert np.allclose(short, whole, rtol=0, atol=1e-6)


def test_a_text_tower_gets_no_more_than_the_end_of_each_text(clip_model, monkeypatch):
    encoder, given = open_clip_model(clip_model), []
    monkeypatch.setattr(
        encoder.texts, "run", lambda known, row_of: given.extend(map(row_of, known)) or np.ones((3, 32))
    )
    encoder.encode_texts(["red", "a red dress", "old coin " * 20])
    assert [row["text"].shape for row in given] == [(1, 3), (1, 5), (1, 16)]


def test_a_text_tower_that_takes_another_length(own_model):
    with_padding(own_model / "textual/model.onnx")
    edit(own_model / "config.json", text_cfg={"context_length": 12})
    with pytest.raises(SettingsError, match=r"numbers of shape \(1, 12\)"):
        open_clip_model(own_model).encode_texts(["red"])


@pytest.mark.parametrize(("stored", "decoded"), [(191, 191), (192, 96), (383, 192), (384, 48)])
def test_only_a_photo_many_times_too_large_is_decoded_scaled(clip_model, stored, decoded):
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.zeros((2 * stored, stored, 3), np.uint8)).save(file, "JPEG")
    encoder = open_clip_model(clip_model)  # of 32 x 32 pixels
    assert encoder.decode_size == (96, 48)
    assert decode(file.getvalue(), shorter_side=encoder.decode_size).rgb.shape[1] == decoded


def test_nothing_is_opened_before_it_is_needed(own_model):
    (own_model / "visual/model.onnx").write_bytes(b"not a model")
    encoder = open_clip_model(own_model)
    assert encoder.dim == 32
    assert encoder.encode_texts(["red"]).any()
    with pytest.raises(SettingsError, match="cannot be opened as an ONNX model"):
        encode(encoder, pictures(1))


@pytest.mark.parametrize("value", [None, 0, "512"])
def test_a_model_must_say_how_long_its_vectors_are(own_model, value):
    edit(own_model / "config.json", embed_dim=value)
    with pytest.raises(SettingsError, match=r"config.json: 'embed_dim' must be a length"):
        open_clip_model(own_model)


def test_wrong_preprocessing_names_its_file(own_model):
    edit(own_model / "visual/preprocess_cfg.json", resize_mode="crop")
    with pytest.raises(SettingsError, match=r"preprocess_cfg.json: 'resize_mode' must be one of"):
        open_clip_model(own_model)


def test_the_recipe_is_plain_json_and_says_which_model(clip_model):
    recipe = open_clip_model(clip_model).recipe
    assert json.loads(json.dumps(recipe)) == recipe
    assert recipe["model"] == open_clip_model(clip_model).fingerprint
    assert recipe["preprocessing"]["height"] == 32


def test_the_family_is_opened_by_its_name(clip_model):
    assert open_family(f"clip:{clip_model}").features.name == f"clip:{clip_model}"


def test_features_are_vectors_already(clip_model):
    encoder = open_clip_model(clip_model)
    vectors = encode(encoder, pictures(2))
    assert np.array_equal(encoder.project(vectors), vectors)
    assert encoder.project(np.empty((0, 0), np.uint8)).shape == (0, 32)
    with pytest.raises(ValueError, match=r"shape \(n, 32\), got \(2, 31\)"):
        encoder.project(vectors[:, :31])


class TestOpening:
    """What `ClipFamily.open` makes of what was saved."""

    @pytest.fixture
    def saved(self, own_model, tmp_path):
        folder = tmp_path / "saved"
        folder.mkdir()
        ClipFamily(str(own_model)).features.save(folder)
        return folder

    def test_the_file_says_which_model_and_holds_no_weights(self, saved, own_model):
        (file,) = saved.iterdir()
        about = json.loads(file.read_text())
        assert about["folder"] == str(own_model)
        assert set(about) == {"format", "name", "folder", "fingerprint", "dim"}

    def test_another_model_in_its_place_is_refused(self, saved, own_model):
        clip_models.write(own_model, seed=9)
        with pytest.raises(IntegrityError, match="another model than the one that made the vectors"):
            ClipFamily(str(own_model)).open(saved)

    def test_a_model_that_is_gone_is_named(self, saved, own_model):
        shutil.rmtree(own_model)
        with pytest.raises(SettingsError, match=f"there is no folder {own_model}"):
            ClipFamily(str(own_model)).open(saved)

    def test_a_relative_name_finds_its_folder_from_anywhere(self, own_model, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "saved"
        folder.mkdir()
        ClipFamily("./model").features.save(folder)
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert ClipFamily("./model").open(folder).folder == own_model

    def test_damage_is_an_integrity_error(self, saved, own_model):
        for text in ("{", "[]", "{}", '{"format": 1}', '{"format": 1, "folder": 3, "fingerprint": "x"}'):
            (saved / "encoder.json").write_text(text)
            with pytest.raises(IntegrityError, match="does not say which model it was"):
                ClipFamily(str(own_model)).open(saved)
        (saved / "encoder.json").unlink()
        with pytest.raises(IntegrityError, match="does not say which model it was"):
            ClipFamily(str(own_model)).open(saved)

    def test_a_newer_format_is_refused(self, saved, own_model):
        edit(saved / "encoder.json", format=2)
        with pytest.raises(FormatVersionError, match="format 2"):
            ClipFamily(str(own_model)).open(saved)
