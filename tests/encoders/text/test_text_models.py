"""Text models: what their files say, and that vectors are what sentence-transformers would make of them."""

import json
import shutil

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from pinakes.encoders.families import features_fingerprint, open_family
from pinakes.encoders.text.encoder import SentenceFamily, open_text_model
from pinakes.encoders.text.models import MODELS, RECOMMENDED
from pinakes.encoders.text.resolve import fetch_text_model, find_text_model, known_model
from pinakes.errors import IntegrityError, SettingsError, UnknownNameError, UsageError
from pinakes.testing.encoder import check_text_encoder
from pinakes.testing.random_text import TextShape, write_random_text

E5 = {"query": "query: ", "passage": "passage: "}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_random_text(tmp_path_factory.mktemp("text") / "model", TextShape(prompts=E5))


@pytest.fixture
def own(model, tmp_path):
    return shutil.copytree(model, tmp_path / "own")


def edit(path, **values):
    content = {**json.loads(path.read_text()), **values}
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def tokens_of(folder, text):
    """The vectors of the tokens of a text, straight from the model: shape (tokens, width)."""
    found = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text)
    session = onnxruntime.InferenceSession(str(folder / "onnx" / "model.onnx"))
    ids = np.array([found.ids], dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return session.run(["last_hidden_state"], given)[0][0]


@pytest.mark.parametrize(
    "shape",
    [
        TextShape(prompts=E5),
        TextShape(pooling="pooling_mode_cls_token", segments=False),
        TextShape(pooling="pooling_mode_lasttoken", tokens=6),
        TextShape(pooling="pooling_mode_max_tokens", width=32),
    ],
    ids=["mean-e5", "cls", "lasttoken", "max"],
)
def test_the_contract(shape, tmp_path):
    folder = write_random_text(tmp_path / "model", shape)
    encoder = check_text_encoder(open_family(f"text:{folder}"))
    assert (encoder.name, encoder.dim) == (f"text:{folder}", shape.width)


def test_a_vector_is_the_mean_of_its_tokens_with_the_prompt_of_its_side(model):
    encoder = open_text_model(model)
    for side, prompt in (("query", "query: "), ("item", "passage: ")):
        mean = tokens_of(model, f"{prompt}a red dress").mean(axis=0)
        vector = encoder.encode_texts(["a red dress"], side)[0]
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-6)


@pytest.mark.parametrize(("pooling", "position"), [("cls_token", 0), ("lasttoken", -1)])
def test_a_vector_is_one_of_its_tokens(own, pooling, position):
    edit(
        own / "1_Pooling" / "config.json",
        pooling_mode_mean_tokens=False,
        **{f"pooling_mode_{pooling}": True},
    )
    token = tokens_of(own, "query: old coin")[position]
    vector = open_text_model(own).encode_texts(["old coin"])[0]
    np.testing.assert_allclose(vector, token / np.linalg.norm(token), atol=1e-6)


def test_two_poolings_are_joined(own):
    edit(own / "1_Pooling" / "config.json", pooling_mode_cls_token=True)
    encoder = open_text_model(own)
    tokens = tokens_of(own, "query: old coin")
    both = np.concatenate([tokens[0], tokens.mean(axis=0)])
    assert encoder.dim == 128
    np.testing.assert_allclose(encoder.encode_texts(["old coin"])[0], both / np.linalg.norm(both), atol=1e-6)


def test_a_long_text_is_cut(model):
    encoder = open_text_model(model)
    long, longer = "red " * 40, "red " * 400
    np.testing.assert_array_equal(*encoder.encode_texts([long, longer]))


def test_lower_case_where_the_model_asks_for_it(own):
    content = json.loads((own / "tokenizer.json").read_text())
    content["normalizer"] = None
    (own / "tokenizer.json").write_text(json.dumps(content))
    plain = open_text_model(own)
    assert not np.array_equal(*plain.encode_texts(["RED coin", "red coin"]))
    edit(own / "sentence_bert_config.json", do_lower_case=True)
    lowered = open_text_model(own)
    np.testing.assert_array_equal(*lowered.encode_texts(["RED coin", "red coin"]))
    assert lowered.fingerprint != plain.fingerprint


def test_the_fingerprint_covers_weights_prompts_and_pooling(model, tmp_path):
    known = {open_text_model(model).fingerprint, open_text_model(model, query="find: ").fingerprint}
    assert len(known) == 1  # the files name a prompt, which counts
    for number, change in enumerate(
        (
            lambda folder: edit(folder / "config_sentence_transformers.json", prompts={"query": "q: "}),
            lambda folder: edit(folder / "1_Pooling" / "config.json", pooling_mode_max_tokens=True),
            lambda folder: write_random_text(folder, TextShape(prompts=E5, seed=1)),
            lambda folder: (folder / "onnx" / "model.onnx_data").write_bytes(b"weights"),
        )
    ):
        folder = shutil.copytree(model, tmp_path / str(number))
        change(folder)
        known.add(open_text_model(folder).fingerprint)
    assert len(known) == 5


def test_a_model_without_modules_is_pooled_by_its_mean(own):
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"):
        (own / name).unlink()
    mean = tokens_of(own, "old coin").mean(axis=0)
    np.testing.assert_allclose(
        open_text_model(own).encode_texts(["old coin"])[0], mean / np.linalg.norm(mean), atol=1e-6
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: (f / "tokenizer.json").unlink(), r"it lacks tokenizer\.json"),
        (lambda f: shutil.rmtree(f / "onnx"), r"it lacks onnx/model\.onnx or model\.onnx"),
        (lambda f: (f / "config.json").write_text("{"), r"cannot read .*config\.json"),
        (lambda f: edit(f / "config.json", hidden_size=None), "'hidden_size' must be a length, got None"),
        (lambda f: edit(f / "config.json", hidden_size=32), "its settings say"),
        (lambda f: edit(f / "sentence_bert_config.json", max_seq_length="all"), "number of tokens"),
        (
            lambda f: edit(f / "1_Pooling" / "config.json", pooling_mode_weightedmean_tokens=True),
            "must be true, found .*weightedmean",
        ),
        (lambda f: edit(f / "1_Pooling" / "config.json", include_prompt=False), "include_prompt"),
        (
            lambda f: (f / "modules.json").write_text('[{"path": "2_Dense", "type": "models.Dense"}]'),
            "the step 'Dense' is not supported",
        ),
        (lambda f: (f / "modules.json").write_text("[1]"), "does not list the steps"),
        (lambda f: (f / "onnx" / "model.onnx").write_bytes(b"no"), "cannot be opened as an ONNX model"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "cannot be opened as a tokenizer"),
    ],
)
def test_what_is_said_of_files_that_cannot_be_used(own, change, said):
    change(own)
    with pytest.raises(SettingsError, match=said):
        open_text_model(own).encode_texts(["a coin"])


def test_another_model_in_the_folder_is_noticed(own, tmp_path):
    saved = tmp_path / "saved"
    saved.mkdir()
    SentenceFamily(str(own)).texts.save(saved)
    write_random_text(own, TextShape(prompts=E5, seed=9))
    with pytest.raises(IntegrityError, match="holds another model"):
        SentenceFamily(str(own)).open(saved)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    folder = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(folder))
    return folder


def test_a_model_that_is_not_cached_says_what_to_do(empty_cache):
    with pytest.raises(SettingsError) as caught:
        find_text_model("")
    assert str(caught.value) == (
        f"the model sentence-transformers/{RECOMMENDED} is not cached on this machine; run "
        f"`pinakes encoders fetch text:{RECOMMENDED}` or give a folder: text:/path/to/model"
    )
    with pytest.raises(UnknownNameError, match="did you mean 'e5-small-v2'"):
        find_text_model("e5-small")
    with pytest.raises(SettingsError, match="there is no folder /nowhere"):
        find_text_model("/nowhere")
    with pytest.raises(UsageError, match=f"cannot fetch sentence-transformers/{RECOMMENDED}"):
        fetch_text_model("", endpoint="http://127.0.0.1:9")


def test_a_cached_model_gets_the_prompts_that_its_files_do_not_name(empty_cache, own):
    edit(own / "config_sentence_transformers.json", prompts={})
    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = empty_cache / "models--intfloat--multilingual-e5-small"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs/main").write_text(commit)
    shutil.copytree(own, folder / "snapshots" / commit)
    settings = SentenceFamily("multilingual-e5-small").texts.settings
    assert (settings.query, settings.item) == ("query: ", "passage: ")
    assert SentenceFamily(str(own)).texts.settings.query == ""


def test_the_table():
    assert RECOMMENDED in MODELS
    assert known_model("intfloat/e5-small-v2") is MODELS["e5-small-v2"]
    assert known_model("me/mine") is None
    assert all(model.licence and model.megabytes for model in MODELS.values())


def test_families_have_a_key_for_the_cache(model):
    family = open_family(f"text:{model}")
    assert features_fingerprint(family) == family.texts.fingerprint
    assert features_fingerprint(open_family("descriptor")) == open_family("descriptor").features.fingerprint
