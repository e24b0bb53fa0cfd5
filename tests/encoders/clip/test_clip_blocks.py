"""Rows by blocks: any number of rows in one call, and every vector bit for bit what it was alone."""

import clip_models
import numpy as np
import onnx
import onnxruntime
import pytest
from onnxruntime.quantization import quantize_dynamic

from pinakes.encoders.clip.blocks import SMALL, rows_by_blocks
from pinakes.encoders.clip.runtime import EACH_ALONE


def session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.fixture(params=["clip", "siglip"])
def small(request, tmp_path):
    """An image tower in 8 bits, which takes one row."""
    folder = clip_models.write(tmp_path / "model", request.param)
    quantize_dynamic(folder / "visual/model.onnx", tmp_path / "small.onnx")
    return tmp_path / "small.onnx"


def test_rows_of_one_call_are_what_each_was_alone(small, tmp_path):
    model = onnx.load(small)
    rows_by_blocks(model, block=1)
    assert {node.op_type for node in model.graph.node} == {"Scan"} and len(model.graph.node) > 3
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == EACH_ALONE
    onnx.save(model, tmp_path / "blocks.onnx")
    before, after = session(small), session(tmp_path / "blocks.onnx")
    shape = before.get_inputs()[0].shape
    pictures = np.random.default_rng(0).standard_normal((5, *shape[1:]), dtype=np.float32)
    pictures[1:] *= np.array([1, 3, 0.1, 30], np.float32)[:, None, None, None]  # other ranges, other scales
    alone = np.concatenate([before.run(None, {"image": picture[None]})[0] for picture in pictures])
    assert np.array_equal(after.run(None, {"image": pictures})[0], alone)
    assert np.array_equal(after.run(None, {"image": pictures[2:3]})[0], alone[2:3])


def test_weights_are_kept_once(small, tmp_path):
    model = onnx.load(small)
    rows_by_blocks(model, block=1 << 15)
    bodies = [
        attribute.g for node in model.graph.node for attribute in node.attribute if attribute.name == "body"
    ]
    assert len(bodies) > 1
    assert all(constant.ByteSize() >= SMALL for constant in model.graph.initializer)
    assert all(constant.ByteSize() < SMALL for body in bodies for constant in body.initializer)
    onnx.save(model, tmp_path / "blocks.onnx")
    assert (tmp_path / "blocks.onnx").stat().st_size < 1.2 * small.stat().st_size


def test_a_tower_of_a_single_block_is_left_alone(small):
    model = onnx.load(small)
    rows_by_blocks(model)
    assert model == onnx.load(small)


def test_texts_of_which_only_tokens_go_in_are_computed_by_blocks_too(tmp_path):
    path = clip_models.write(tmp_path / "model", "siglip", text_layers=2) / "textual/model.onnx"
    model = onnx.load(path)
    rows_by_blocks(model, block=1)
    onnx.save(model, tmp_path / "blocks.onnx")
    tokens = np.random.default_rng(0).integers(0, 20, (3, 8), dtype=np.int32)
    alone = np.concatenate([session(path).run(None, {"text": text[None]})[0] for text in tokens])
    found = session(tmp_path / "blocks.onnx").run(None, {"text": tokens})[0]
    assert np.allclose(found, alone, rtol=0, atol=1e-6)


def test_a_text_tower_that_looks_back_at_its_tokens_is_left_alone(clip_model):
    model = onnx.load(clip_model / "textual/model.onnx")
    rows_by_blocks(model, block=1)
    assert model == onnx.load(clip_model / "textual/model.onnx")
