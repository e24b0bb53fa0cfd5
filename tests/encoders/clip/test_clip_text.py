import pytest

from pinakes.encoders.clip.layout import find_files
from pinakes.encoders.clip.text import (
    TextSettings,
    Tokenizer,
    clean_canonicalize,
    clean_lower,
    clean_whitespace,
)
from pinakes.errors import SettingsError
from pinakes.testing.random_clip import WORDS


def tokenizer(folder):
    files = find_files(folder)
    settings = TextSettings.from_configs(
        files.read("config.json"), files.read("textual/tokenizer_config.json")
    )
    return Tokenizer(files.tokenizer, settings)


# What open_clip 3.3's _clean_whitespace, _clean_lower and _clean_canonicalize make of the text.
@pytest.mark.parametrize(
    ("clean", "text", "cleaned"),
    [
        (clean_whitespace, " A  dog\n&amp;amp; a\tcat ", "A dog & a cat"),
        (clean_lower, "A  Dog &lt;3", "a dog <3"),
        (clean_canonicalize, "A dog's well-known_trick, isn't it?!", "a dogs wellknown trick isnt it"),
        (clean_canonicalize, "Café – 'Noir'…", "café – noir…"),
        (clean_canonicalize, " ?! ", ""),
    ],
)
def test_cleaning_by_hand(clean, text, cleaned):
    assert clean(text) == cleaned


def test_clip_tokens_by_hand(clip_model):
    ids, mask = tokenizer(clip_model).encode("A RED dress")
    number = {word: 1 + place for place, word in enumerate(WORDS)}
    start, end = len(WORDS) + 1, len(WORDS) + 2
    assert ids.tolist() == [[start, number["a"], number["red"], number["dress"]] + [end] * 12]
    assert mask.tolist() == [[1] * 5 + [0] * 11]


@pytest.mark.parametrize("model", ["siglip"], indirect=True)
def test_siglip_tokens_by_hand(model):
    ids, _ = tokenizer(model).encode("The Red-dress, zebra!")  # canonicalised: the reddress zebra
    number = {word: 2 + place for place, word in enumerate(WORDS)}
    assert ids.tolist() == [[number["the"], 1, 1] + [0] * 5]


def test_a_long_text_is_cut_and_keeps_its_end(clip_model):
    ids, mask = tokenizer(clip_model).encode("red " * 100)
    assert ids.shape == (1, 16)
    assert ids[0, -1] == len(WORDS) + 2
    assert mask.all()


def test_padding_may_go_before_the_text(clip_model):
    settings = TextSettings(6, "whitespace", "<|endoftext|>", pad_left=True)
    ids, mask = Tokenizer(clip_model / "textual/tokenizer.json", settings).encode("red")
    assert mask.tolist() == [[0, 0, 0, 1, 1, 1]]
    assert ids[0, 0] == len(WORDS) + 2


@pytest.mark.parametrize("text", ["", " \n", "&nbsp;"])
def test_a_text_without_words_has_no_tokens(clip_model, text):
    assert tokenizer(clip_model).encode(text) is None


def test_settings_as_the_model_repositories_have_them():
    clip = TextSettings.from_configs(
        {"embed_dim": 512, "text_cfg": {"context_length": 77, "vocab_size": 49408}},
        {"pad_token": "<|endoftext|>"},
    )
    assert clip == TextSettings(77, "whitespace", "<|endoftext|>")
    siglip = TextSettings.from_configs(
        {"text_cfg": {"context_length": 64, "tokenizer_kwargs": {"clean": "canonicalize"}}},
        {"pad_token": {"content": "</s>", "lstrip": False}, "padding_side": "right"},
    )
    assert siglip == TextSettings(64, "canonicalize", "</s>")


@pytest.mark.parametrize(
    ("model", "tokens", "said"),
    [
        ({}, {"pad_token": "x"}, "'text_cfg' must be an object"),
        ({"text_cfg": {"context_length": 0}}, {"pad_token": "x"}, "'text_cfg.context_length'"),
        (
            {"text_cfg": {"tokenizer_kwargs": {"clean": "ftfy"}}},
            {"pad_token": "x"},
            "one of whitespace, lower, canonicalize, got 'ftfy'",
        ),
        (
            {"text_cfg": {"tokenizer_kwargs": {"strip_sep_token": True}}},
            {"pad_token": "x"},
            "'text_cfg.tokenizer_kwargs.strip_sep_token' is not supported",
        ),
        ({"text_cfg": {}}, {}, "'pad_token' of the tokenizer must be a token, got None"),
    ],
)
def test_wrong_settings_are_refused(model, tokens, said):
    with pytest.raises(SettingsError, match=said):
        TextSettings.from_configs(model, tokens)


def test_a_broken_tokenizer_names_its_file(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"tokenizer.json cannot be opened as a tokenizer"):
        Tokenizer(tmp_path / "tokenizer.json", TextSettings(8, "whitespace", "x")).encode("red")


def test_a_padding_token_that_the_tokenizer_does_not_know(clip_model):
    settings = TextSettings(8, "whitespace", "<pad>")
    with pytest.raises(SettingsError, match="does not know its padding token '<pad>'"):
        Tokenizer(clip_model / "textual/tokenizer.json", settings).encode("red")
