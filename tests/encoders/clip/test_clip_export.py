"""Exporting: what can be said without torch, and where torch and open_clip are installed, the whole way."""

import importlib.util
import json

import numpy as np
import pytest

from pinakes.encoders.clip.export import ExportSource, export_model
from pinakes.errors import MissingExtraError, UsageError

TORCH = all(importlib.util.find_spec(name) for name in ("torch", "open_clip"))


def test_a_source_is_an_architecture_and_a_tag():
    assert ExportSource.parse("openclip:ViT-B-32/laion2b_s34b_b79k") == ExportSource(
        "ViT-B-32", "laion2b_s34b_b79k"
    )
    assert ExportSource.parse("openclip:ViT-B-32//models/own.pt").weights == "/models/own.pt"


@pytest.mark.parametrize("text", ["ViT-B-32", "openclip:ViT-B-32", "openclip:/tag", "hf:ViT-B-32/openai", ""])
def test_another_form_is_refused(text):
    with pytest.raises(UsageError, match=r"write openclip:<architecture>/<tag>"):
        ExportSource.parse(text)


def test_a_folder_that_exists_is_not_written_into(tmp_path):
    with pytest.raises(UsageError, match="exists already"):
        export_model(ExportSource("ViT-B-32", "openai"), tmp_path)


@pytest.mark.skipif(TORCH, reason="torch and open_clip are installed")
def test_without_torch_the_extra_is_named(tmp_path):
    with pytest.raises(MissingExtraError, match=r"pip install 'pinakes\[torch\]'"):
        export_model(ExportSource("ViT-B-32", "openai"), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.slow
@pytest.mark.skipif(not TORCH, reason="needs the extra torch")
@pytest.mark.parametrize("int8", [False, True])
def test_an_exported_model_gives_the_vectors_of_open_clip(tmp_path, int8):
    import open_clip
    import torch

    from pinakes.encoders.clip.encoder import open_clip_model
    from pinakes.media.preparers import load_preparer

    torch.manual_seed(0)
    model = open_clip.create_model("ViT-S-32-alt")
    torch.save(model.state_dict(), tmp_path / "own.pt")
    folder = export_model(ExportSource("ViT-S-32-alt", str(tmp_path / "own.pt")), tmp_path / "out", int8=int8)
    encoder = open_clip_model(folder)
    prepared = load_preparer(encoder.preparer)(
        np.random.default_rng(0).integers(0, 256, (300, 260, 3), dtype=np.uint8)
    )
    texts = ["a photo of a dog", "It's 2 DOGS &amp; 10 café-crèmes", "red " * 100]
    with torch.no_grad():
        image = model.eval().encode_image(
            torch.from_numpy(encoder.preprocessing.normalise(prepared)), normalize=True
        )
        words = model.encode_text(open_clip.get_tokenizer("ViT-S-32-alt")(texts), normalize=True)
    floor = 0.99 if int8 else 0.99999
    assert float(encoder.encode_images([prepared])[0] @ image.numpy()[0]) > floor
    assert (encoder.encode_texts(texts) * words.numpy()).sum(axis=1).min() > floor
    assert json.loads((folder / "config.json").read_text())["embed_dim"] == 256
