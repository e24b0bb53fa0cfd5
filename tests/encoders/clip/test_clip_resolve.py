"""Names of models: folders, the hub's local cache laid out as the hub lays it out, and no network."""

import shutil

import pytest

from pinakes.encoders.clip.encoder import ClipFamily
from pinakes.encoders.clip.models import MODELS, RECOMMENDED
from pinakes.encoders.clip.resolve import fetch_model, find_model, repository_of
from pinakes.errors import SettingsError, UnknownNameError, UsageError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty local cache."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(folder))
    return folder


def put(cache, repository, model):
    """Lay a model into the cache as huggingface_hub does: refs, and snapshots by commit."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    commit = "0123456789abcdef0123456789abcdef01234567"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs/main").write_text(commit)
    return shutil.copytree(model, folder / "snapshots" / commit)


def test_a_folder_is_itself(clip_model, monkeypatch):
    assert find_model(str(clip_model)) == clip_model
    monkeypatch.chdir(clip_model.parent)
    assert find_model(clip_model.name) == clip_model
    assert find_model(f"./{clip_model.name}") == clip_model
    monkeypatch.setenv("HOME", str(clip_model.parent))
    assert find_model(f"~/{clip_model.name}") == clip_model


@pytest.mark.parametrize("name", ["/no/such/model", "~/no-such-model", "./no-such-model"])
def test_a_folder_that_is_not_there_is_named_in_full(name):
    with pytest.raises(SettingsError, match=r"there is no folder /.*no.such.model for the encoder 'clip:"):
        find_model(name)


def test_a_cached_model_is_found_by_its_name(cache, clip_model):
    folder = put(cache, "immich-app/ViT-B-32__openai", clip_model)
    assert find_model("ViT-B-32__openai") == folder
    assert find_model("immich-app/ViT-B-32__openai") == folder
    assert ClipFamily("ViT-B-32__openai").features.dim == 32


def test_clip_alone_is_the_recommended_model(cache, clip_model):
    folder = put(cache, f"immich-app/{RECOMMENDED}", clip_model)
    encoder = ClipFamily().features
    assert encoder.folder == folder
    assert encoder.name == "clip"


@pytest.mark.parametrize(
    ("name", "repository", "fetched"),
    [
        ("", f"immich-app/{RECOMMENDED}", RECOMMENDED),
        ("ViT-B-16-SigLIP__webli", "immich-app/ViT-B-16-SigLIP__webli", "ViT-B-16-SigLIP__webli"),
        ("somebody/model", "somebody/model", "somebody/model"),
    ],
)
def test_a_model_that_is_not_cached_says_what_to_do(cache, name, repository, fetched):
    with pytest.raises(SettingsError) as caught:
        find_model(name)
    assert str(caught.value) == (
        f"the model {repository} is not cached on this machine; run `pinakes encoders fetch clip:{fetched}` "
        "or give a folder: clip:/path/to/model"
    )


def test_an_unknown_name_gets_the_nearest(cache):
    with pytest.raises(UnknownNameError, match="did you mean 'ViT-B-32__openai'"):
        find_model("ViT-B-32_openai")


def test_a_name_that_no_repository_can_have(cache):
    with pytest.raises(SettingsError, match="is not the name of a repository"):
        find_model("a/b/c")


def test_names_become_repositories():
    assert repository_of("") == f"immich-app/{RECOMMENDED}"
    assert repository_of("ViT-B-32__openai") == "immich-app/ViT-B-32__openai"
    assert repository_of("me/mine") == "me/mine"


def test_the_recommended_model_is_the_best_of_the_small_and_fast_ones():
    small = [model for model in MODELS.values() if model.memory <= 1024 and "ViT-B-32" in model.name]
    assert max(small, key=lambda model: model.recall).name == RECOMMENDED
    assert MODELS[RECOMMENDED].megabytes == 605


def test_a_hub_that_cannot_be_reached_is_said(cache):
    with pytest.raises(UsageError, match=f"cannot fetch immich-app/{RECOMMENDED}: "):
        fetch_model(RECOMMENDED, endpoint="http://127.0.0.1:9")
