"""Towers in 8 bits: what is rewritten before changes no vector, and what cannot be is left alone."""

import clip_models
import numpy as np
import onnx
import onnxruntime
import pytest

from pinakes.encoders.clip.quantise import patches_by_product, pool_early, quantise


def vectors(path, count=4):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    random = np.random.default_rng(0)
    pictures = random.standard_normal((count, 1, *given.shape[1:]), dtype=np.float32)
    return np.concatenate([session.run(None, {given.name: picture})[0] for picture in pictures])


def rewritten(path, target, *steps):
    model = onnx.load(path)
    for step in steps:
        step(model)
    onnx.save(model, target)
    return model


def kinds(model):
    return [node.op_type for node in model.graph.node]


@pytest.fixture
def path(clip_model):
    return clip_model / "visual/model.onnx"


def test_patches_are_cut_by_a_product_that_gives_the_same_vectors(path, tmp_path):
    model = onnx.load(path)
    (conv,) = (node for node in model.graph.node if node.op_type == "Conv")
    bias = np.linspace(-1, 1, 64, dtype=np.float32)
    model.graph.initializer.append(onnx.numpy_helper.from_array(bias, "bias"))
    conv.input.append("bias")
    onnx.save(model, tmp_path / "biased.onnx")
    model = rewritten(tmp_path / "biased.onnx", tmp_path / "model.onnx", patches_by_product)
    assert "Conv" not in kinds(model)
    assert np.allclose(vectors(tmp_path / "model.onnx"), vectors(tmp_path / "biased.onnx"), atol=1e-5)


@pytest.mark.parametrize("change", [{"strides": [4, 4]}, {"pads": [4, 4, 4, 4]}, {"dilations": [2, 2]}])
def test_patches_that_overlap_stay_a_convolution(path, change):
    model = onnx.load(path)
    (conv,) = (node for node in model.graph.node if node.op_type == "Conv")
    kept = [attribute for attribute in conv.attribute if attribute.name not in change]
    del conv.attribute[:]
    conv.attribute.extend([*kept, *(onnx.helper.make_attribute(k, v) for k, v in change.items())])
    patches_by_product(model)
    assert "Conv" in kinds(model)


def test_the_last_block_computes_only_the_token_that_is_pooled(path, tmp_path):
    before = kinds(onnx.load(path))
    model = rewritten(path, tmp_path / "model.onnx", pool_early)
    pooled = [node.output[0] for node in model.graph.node if node.output[0].endswith("_pooled")]
    assert len(pooled) == 2  # the residual stream, and what the last attention mixed
    last = max(n for n, kind in enumerate(kinds(model)) if kind == "Softmax")
    after = kinds(model)[last:]
    assert after.index("Gather") < after.index("LayerNormalization") < after.index("Sigmoid")
    assert len(kinds(model)) == len(before) + 1
    assert np.allclose(vectors(tmp_path / "model.onnx"), vectors(path), atol=1e-5)


def test_a_mean_of_all_tokens_is_left_alone(tmp_path):
    path = clip_models.write(tmp_path / "model", "siglip") / "visual/model.onnx"
    model = onnx.load(path)
    before = kinds(model)
    pool_early(model)
    assert kinds(model) == before


@pytest.mark.parametrize("family", ["clip", "siglip"])
def test_eight_bits_give_nearly_the_same_vectors(family, tmp_path):
    folder = clip_models.write(tmp_path / "model", family)
    path, small = folder / "visual/model.onnx", tmp_path / "small.onnx"
    quantise(path, small)
    assert "Conv" not in kinds(onnx.load(small))
    assert small.stat().st_size < 0.5 * path.stat().st_size
    single, eight = vectors(path), vectors(small)
    assert (single * eight).sum(axis=1).min() > 0.998
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []
