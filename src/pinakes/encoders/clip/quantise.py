"""A tower in 8 bits: first without what costs time and changes nothing, then with small weights.

Needs the packages ``onnx`` and ``onnxruntime``.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from pinakes.encoders.clip.attention import fuse_attention
from pinakes.encoders.clip.blocks import rows_by_blocks
from pinakes.encoders.clip.graphs import readers_of, replace

BY_ROWS: Final = frozenset(
    ("Add", "Sub", "Mul", "Div", "Sigmoid", "Tanh", "Erf", "Gelu", "Cast", "MatMul", "LayerNormalization")
)
"""Operators whose row for one token needs that token's row alone, where their constants have one axis, and a
matrix two."""


def quantise(source: Path, target: Path) -> None:
    """Write a tower whose matrix products take weights in 8 bits, and inputs that are quantised as they come.

    ONNX Runtime's dynamic quantisation knows matrix products only, so the convolution that cuts a picture
    into patches becomes one. And the last block computes every token, of which pooling takes one: what leads
    to the others alone is left out. In the end the core of attention becomes one operator, and an image tower
    takes several pictures, which it computes alone, see `fuse_attention` and `rows_by_blocks`. All that
    changes no more than the rounding of single precision.

    Args:
        source: a tower in single precision.
        target: the file to write.

    Raises:
        ModuleNotFoundError: ``onnx`` or ``onnxruntime`` is not installed.
    """
    import onnx  # noqa: PLC0415 (see export)
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".quantise-") as name:
        single = Path(name) / "model.onnx"
        fold_constants(source, single)
        model = onnx.load(single)
        patches_by_product(model)
        pool_early(model)
        onnx.save(model, single)
        small = Path(name) / "small.onnx"
        quantize_dynamic(single, small, op_types_to_quantize=["MatMul", "Gemm"], weight_type=QuantType.QInt8)
        model = onnx.load(small)
        fuse_attention(model)
        rows_by_blocks(model)
        onnx.save(model, target)


def fold_constants(source: Path, target: Path) -> None:
    """Write a model again with its constants computed, and nothing fused that quantisation looks for."""
    import onnxruntime  # noqa: PLC0415 (see export)

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 3
    apart = ["MatMulAddFusion", "TransposeOptimizer"]
    onnxruntime.InferenceSession(
        str(source),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=apart,
    )


def patches_by_product(model: Any) -> None:
    """Turn the convolution over patches that do not overlap into a matrix product, in place.

    It is found as Conv, Reshape and Transpose to (n, patches, width), where the input of the model has a
    fixed size; any other is left as it is.
    """
    from onnx import helper, numpy_helper  # noqa: PLC0415 (see export)

    graph = model.graph
    constants = {constant.name: constant for constant in graph.initializer}
    sizes = {given.name: [d.dim_value for d in given.type.tensor_type.shape.dim] for given in graph.input}
    readers = readers_of(graph)
    for conv in [node for node in graph.node if node.op_type == "Conv"]:
        following = _only_chain(conv, ("Reshape", "Transpose"), readers)
        if not following or conv.input[0] not in sizes or conv.input[1] not in constants:
            continue
        reshape, transpose = following
        kernel = numpy_helper.to_array(constants[conv.input[1]])
        width, channels, height, across = kernel.shape
        size = sizes[conv.input[0]]
        if not _cuts_patches(conv, kernel.shape, size) or list(transpose.attribute[0].ints) != [0, 2, 1]:
            continue
        rows, columns = size[2] // height, size[3] // across
        out = transpose.output[0]
        shapes = {
            f"{out}_cut": np.array([0, channels, rows, height, columns, across], dtype=np.int64),
            f"{out}_flat": np.array([0, rows * columns, channels * height * across], dtype=np.int64),
            f"{out}_kernel": np.ascontiguousarray(kernel.reshape(width, -1).T),
        }
        cut, flat, matrix = shapes
        product = out if len(conv.input) < 3 else f"{out}_product"
        made = [
            helper.make_node("Reshape", [conv.input[0], cut], [f"{out}_parts"]),
            helper.make_node("Transpose", [f"{out}_parts"], [f"{out}_ordered"], perm=[0, 2, 4, 1, 3, 5]),
            helper.make_node("Reshape", [f"{out}_ordered", flat], [f"{out}_patches"]),
            helper.make_node("MatMul", [f"{out}_patches", matrix], [product]),
        ]
        if product != out:
            made.append(helper.make_node("Add", [product, conv.input[2]], [out]))
        graph.initializer.remove(constants[conv.input[1]])
        graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in shapes.items())
        replace(graph, [conv, reshape, transpose], made)


def pool_early(model: Any) -> None:
    """Take the pooled token before what is computed for each token alone, instead of after it, in place.

    Only what nothing else reads moves: the steps of the last block after its attention. A model that pools
    in another way than by one fixed position is left as it is.
    """
    from onnx import helper  # noqa: PLC0415 (see export)

    graph = model.graph
    axes = {constant.name: len(constant.dims) for constant in graph.initializer}
    pooling = [n for n in graph.node if n.op_type == "Gather" and _axis(n) == 1 and axes.get(n.input[1]) == 0]
    if not pooling:
        return
    pool = pooling[-1]
    readers = readers_of(graph)
    made_by = {output: node for node in graph.node for output in node.output}
    outputs = {output.name for output in graph.output}
    if pool.output[0] in outputs:
        return

    def moves(value: str) -> bool:
        """Whether a value is one token's at a time, and read by what moves alone."""
        node = made_by.get(value)
        if node is None or value in outputs or node.op_type not in BY_ROWS:
            return False
        if any(axes.get(name, 0) > (2 if node.op_type == "MatMul" else 1) for name in node.input):
            return False
        if node.op_type == "MatMul" and axes.get(node.input[1]) != 2:
            return False
        return all(r.output[0] in moved or r.output[0] == pool.output[0] for r in readers[value])

    moved: dict[str, Any] = {}
    for node in reversed(graph.node):  # readers come before what they read
        if moves(node.output[0]):
            moved[node.output[0]] = node
    if not moved:
        return
    taken: dict[str, Any] = {}
    for node in moved.values():
        for position, name in enumerate(node.input):
            if name and name not in axes and name not in moved:
                taken[name] = helper.make_node("Gather", [name, pool.input[1]], [f"{name}_pooled"], axis=1)
                node.input[position] = f"{name}_pooled"
    for reader in readers[pool.output[0]]:
        for position, name in enumerate(reader.input):
            if name == pool.output[0]:
                reader.input[position] = pool.input[0]
    in_order = list(reversed(moved.values()))
    replace(graph, [*in_order, pool], [*taken.values(), *in_order])


def _cuts_patches(conv: Any, kernel: tuple[int, ...], size: list[int]) -> bool:
    """Whether a convolution cuts a picture of a fixed size into patches without overlap, and none is lost."""
    settings = {attribute.name: list(attribute.ints) for attribute in conv.attribute}
    _, channels, *patch = kernel
    return (
        settings.get("strides") == patch
        and not any(settings.get("pads", ()))
        and set(settings.get("dilations", ())) <= {1}
        and size[1] == channels
        and all(side and side % step == 0 for side, step in zip(size[2:], patch, strict=True))
    )


def _only_chain(node: Any, kinds: tuple[str, ...], readers: dict[str, list[Any]]) -> list[Any]:
    """Return the nodes of these kinds that follow, each the only reader of the one before; or none."""
    found = []
    for kind in kinds:
        following = readers[node.output[0]]
        if len(following) != 1 or following[0].op_type != kind:
            return []
        (node,) = following
        found.append(node)
    return found


def _axis(node: Any) -> int:
    return next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
