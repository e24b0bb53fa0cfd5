"""A text tower without the padding: from a model of a fixed length to one that takes texts up to their end.

Needs the packages ``onnx`` and ``onnxruntime``.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from pinakes.encoders.clip.quantise import fold_constants
from pinakes.encoders.clip.text import TO_THE_END

NEAR: Final = 1e-5
"""How far a value may lie from that of the same text with its padding: rounding of single precision."""


def shorten(path: Path) -> bool:
    """Let a tower take texts up to their end token, in its file; one that cannot is left as it is.

    Args:
        path: a text tower in single precision with one input of shape (1, context), whose attention looks
            back only, and which reads the highest token of a text.

    Returns:
        Whether it takes short texts now.
    """
    import onnx  # noqa: PLC0415 (see export)

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".shorten-") as name:
        folded = Path(name) / "model.onnx"
        fold_constants(path, folded)
        model, shorter = onnx.load(folded), onnx.load(folded)
    if not (free_length(shorter) and _same_vectors(model, shorter)):
        return False
    onnx.save(shorter, path)
    return True


def free_length(model: Any) -> bool:
    """Take the number of tokens out of a graph, in place: out of shapes, positions and masks.

    Returns:
        False where it stands in another place; the graph is then of no use.
    """
    from onnx import helper, numpy_helper  # noqa: PLC0415 (see export)

    graph = model.graph
    given = graph.input[0]
    axis = given.type.tensor_type.shape.dim[1]
    context = axis.dim_value
    constants = {constant.name: constant for constant in graph.initializer}
    nodes = [helper.make_node("Shape", [given.name], ["text_length"], start=1, end=2)]
    freed: dict[str, str] = {}

    def add(name: str, values: list[int]) -> str:
        graph.initializer.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
        return name

    def shape_of(name: str) -> str | None:
        """Return a shape that leaves the length open; None where that would not say which size is meant."""
        sizes = numpy_helper.to_array(constants[name]).tolist()
        open_sizes = [-1 if size == context else size for size in sizes]
        return add(f"{name}_open", open_sizes) if open_sizes.count(-1) == 1 else None

    def first_of(name: str) -> str:
        """Return what cuts each axis of this length."""
        cut = name
        for number in (n for n, size in enumerate(constants[name].dims) if size == context):
            whole, cut = cut, f"{name}_first_{number}"
            bounds = add(f"{cut}_from", [0]), "text_length", add(f"{cut}_axis", [number])
            nodes.append(helper.make_node("Slice", [whole, *bounds], [cut]))
        return cut

    for node in graph.node:
        for position, name in enumerate(node.input):
            constant = constants.get(name)
            if constant is None:
                continue
            if node.op_type == "Reshape" and context in numpy_helper.to_array(constant):
                found = freed.get(name) or shape_of(name)
            elif context in constant.dims:
                found = freed.get(name) or (first_of(name) if node.op_type == "Add" else None)
            else:
                continue
            if found is None:
                return False
            node.input[position] = freed[name] = found
    axis.dim_param = TO_THE_END
    del graph.value_info[:]
    nodes.extend(graph.node)
    read = {name for node in nodes for name in node.input}
    for name in freed.keys() - read:
        graph.initializer.remove(constants[name])
    del graph.node[:]
    graph.node.extend(nodes)
    return True


def _same_vectors(model: Any, shorter: Any) -> bool:
    """Whether a text without its padding has the vector that it has with it."""
    import onnxruntime  # noqa: PLC0415 (see export)
    from onnx import helper  # noqa: PLC0415

    given = model.graph.input[0]
    context = given.type.tensor_type.shape.dim[1].dim_value
    text = np.zeros((1, context), dtype=helper.tensor_dtype_to_np_dtype(given.type.tensor_type.elem_type))
    text[0, : context // 2] = np.arange(context // 2)
    try:
        whole, short = (
            onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"]).run(
                None, {given.name: tokens}
            )[0]
            for made, tokens in ((model, text), (shorter, text[:, : context // 2]))
        )
    except Exception:  # the runtime's exceptions have no common base
        return False
    return bool(np.allclose(whole, short, rtol=0, atol=NEAR))
