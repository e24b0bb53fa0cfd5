"""Text towers without padding: the same vectors, and what cannot be shortened is left alone."""

import clip_models
import numpy as np
import onnx
import onnxruntime
import pytest

from pinakes.encoders.clip.shorten import free_length, shorten
from pinakes.encoders.clip.text import TO_THE_END

TEXT = np.array([[25, 7, 8, 9, 26, *([0] * 11)]], dtype=np.int32)
"""Four words, of which the last number is the highest, and padding."""


def vector(path, tokens):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"text": tokens})[0]


@pytest.fixture
def path(own_model):
    return clip_models.with_padding(own_model / "textual/model.onnx")


def test_a_text_without_padding_has_the_vector_that_it_had_with_it(path):
    before = vector(path, TEXT)
    assert shorten(path)
    assert onnx.load(path).graph.input[0].type.tensor_type.shape.dim[1].dim_param == TO_THE_END
    assert np.allclose(vector(path, TEXT[:, :5]), before, rtol=0, atol=1e-6)
    assert np.allclose(vector(path, TEXT), before, rtol=0, atol=1e-6)
    assert [entry.name for entry in path.parent.iterdir() if entry.name.startswith(".")] == []


def test_a_tower_that_looks_at_its_padding_is_left_alone(tmp_path):
    path = clip_models.write(tmp_path / "model", "siglip") / "textual/model.onnx"
    before = path.read_bytes()
    assert not shorten(path)
    assert path.read_bytes() == before


def test_a_length_that_stands_where_it_cannot_be_taken_out_is_left_alone(path):
    model = onnx.load(path)
    names = {"one": np.ones((16, 64), np.float32)}
    model.graph.initializer.extend(onnx.numpy_helper.from_array(v, k) for k, v in names.items())
    add = next(n for n in model.graph.node if n.op_type == "Add" and n.input[0].startswith("Gather"))
    model.graph.node.insert(
        list(model.graph.node).index(add) + 1,
        onnx.helper.make_node("Mul", [add.output[0], "one"], ["scaled"]),
    )
    for node in model.graph.node:
        if node.op_type != "Mul":
            node.input[:] = ["scaled" if name == add.output[0] else name for name in node.input]
    assert not free_length(model)


def test_a_shape_in_which_two_sizes_are_the_length_is_left_alone(path):
    model = onnx.load(path)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([16, 16, -1]), "square"))
    reshape = next(node for node in model.graph.node if node.op_type == "Reshape")
    reshape.input[1] = "square"
    assert not free_length(model)
