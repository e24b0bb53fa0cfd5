"""Attention as one operator: the same vectors, and what computes something else is left alone."""

import clip_models
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from pinakes.encoders.clip.attention import fuse_attention

TOKENS, HEADS, SIZE = 5, 2, 4
WIDTH = HEADS * SIZE


def run(model, values):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: values})[0]


def kinds(model):
    return [node.op_type for node in model.graph.node]


@pytest.mark.parametrize("family", ["clip", "siglip"])
def test_every_block_of_an_image_tower_is_fused_and_gives_the_same_vector(family, tmp_path):
    path = clip_models.write(tmp_path / "model", family, width=128) / "visual/model.onnx"
    before, after = onnx.load(path), onnx.load(path)
    assert fuse_attention(after) == 2
    assert kinds(before).count("Softmax") == kinds(after).count("MultiHeadAttention") == 2
    assert "Softmax" not in kinds(after)
    side = 32 if family == "clip" else 24
    picture = np.random.default_rng(0).standard_normal((1, 3, side, side), dtype=np.float32)
    assert np.allclose(run(after, picture), run(before, picture), rtol=0, atol=1e-5)


def tokens_first(scale):
    """What torch's exporter makes of its MultiheadAttention: tokens first, and both factors scaled."""
    shapes = {
        "five": [1, TOKENS, 1, 3, WIDTH],
        "heads": [TOKENS, HEADS, SIZE],
        "four": [1, HEADS, TOKENS, SIZE],
        "flat": [TOKENS, WIDTH],
        "third": [3],
    }
    weights = [numpy_helper.from_array(np.array(values), name) for name, values in shapes.items()]
    weights += [numpy_helper.from_array(np.array(n), f"index_{n}") for n in range(3)]
    weights.append(numpy_helper.from_array(np.array([scale], np.float32), "root"))
    nodes = [
        helper.make_node("Reshape", ["x", "five"], ["cut"]),
        helper.make_node("Transpose", ["cut"], ["turned"], perm=[3, 1, 2, 0, 4]),
        helper.make_node("Squeeze", ["turned", "third"], ["three"]),
    ]
    for n, name in enumerate("qkv"):
        nodes += [
            helper.make_node("Gather", ["three", f"index_{n}"], [f"{name}_rows"], axis=0),
            helper.make_node("Reshape", [f"{name}_rows", "heads"], [f"{name}_heads"]),
            helper.make_node("Transpose", [f"{name}_heads"], [f"{name}_turned"], perm=[1, 0, 2]),
            helper.make_node("Reshape", [f"{name}_turned", "four"], [name]),
        ]
    nodes += [
        helper.make_node("Transpose", ["k"], ["keys"], perm=[0, 1, 3, 2]),
        helper.make_node("Mul", ["q", "root"], ["q_scaled"]),
        helper.make_node("Mul", ["keys", "root"], ["k_scaled"]),
        helper.make_node("MatMul", ["q_scaled", "k_scaled"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "v"], ["mixed"]),
        helper.make_node("Transpose", ["mixed"], ["back"], perm=[2, 0, 1, 3]),
        helper.make_node("Reshape", ["back", "flat"], ["y"]),
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [TOKENS, 1, 3 * WIDTH])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, [TOKENS, WIDTH])
    graph = helper.make_graph(nodes, "attention", [given], [made], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_tokens_that_come_first_are_fused():
    model = tokens_first(SIZE**-0.25)
    values = np.random.default_rng(1).standard_normal((TOKENS, 1, 3 * WIDTH), dtype=np.float32)
    query, key, value = values.reshape(TOKENS, 3, HEADS, SIZE).transpose(1, 2, 0, 3)
    shares = np.exp(query @ key.transpose(0, 2, 1) / SIZE**0.5)
    wanted = (shares / shares.sum(axis=2, keepdims=True) @ value).transpose(1, 0, 2).reshape(TOKENS, WIDTH)
    assert np.allclose(run(model, values), wanted, atol=1e-5)
    assert fuse_attention(model) == 1
    assert kinds(model) == ["Reshape", "Split", "MultiHeadAttention", "Reshape"]
    assert np.allclose(run(model, values), wanted, atol=1e-5)


def test_another_scale_is_left_alone():
    model = tokens_first(0.5)
    before = kinds(model)
    assert fuse_attention(model) == 0
    assert kinds(model) == before


def test_scores_that_something_else_reads_are_left_alone():
    model = tokens_first(SIZE**-0.25)
    model.graph.node.append(helper.make_node("Identity", ["shares"], ["seen"]))
    assert fuse_attention(model) == 0


def test_attention_with_a_mask_is_left_alone(clip_model):
    model = onnx.load(clip_model / "textual/model.onnx")
    assert fuse_attention(model) == 0
    assert model == onnx.load(clip_model / "textual/model.onnx")
