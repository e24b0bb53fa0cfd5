import hashlib

import onnx
import pytest

from pinakes.encoders.clip.layout import LAYOUTS, find_files
from pinakes.testing.random_clip import VIT_B_32, Shape, write_random_clip


@pytest.mark.parametrize("family", ["clip", "siglip"])
def test_the_towers_are_valid_onnx_in_the_layout_of_the_model_repositories(tmp_path, family):
    files = find_files(write_random_clip(tmp_path / "model", Shape(family=family)))
    assert files.layout == LAYOUTS[0]
    for path in (files.image_model, files.text_model):
        onnx.checker.check_model(str(path), full_check=True)


def test_one_seed_gives_one_model(tmp_path):
    def digests(name, seed):
        folder = write_random_clip(tmp_path / name, Shape(seed=seed))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]

    assert digests("a", 1) == digests("b", 1)
    assert digests("a", 1) != digests("c", 2)


@pytest.mark.slow
def test_vit_b_32_has_the_parameters_of_vit_b_32(tmp_path):
    """open_clip's model_profile.csv says 87.85 million in the image tower of ViT-B-32."""
    folder = write_random_clip(tmp_path, VIT_B_32)
    weights = onnx.load(str(folder / "visual/model.onnx")).graph.initializer
    parameters = sum(
        onnx.numpy_helper.to_array(weight).size
        for weight in weights
        if weight.data_type == onnx.TensorProto.FLOAT
    )
    assert parameters / 1e6 == pytest.approx(87.85, abs=0.01)
