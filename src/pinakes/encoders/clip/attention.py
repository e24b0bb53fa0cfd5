"""The core of attention as one operator: softmax(Q Kᵀ / sqrt(d)) V of all heads (Vaswani et al., 2017).

Needs the packages ``onnx`` and ``onnxruntime``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.clip.graphs import readers_of, replace

NEAR: Final = 1e-5
"""How far a value may lie from the one before, for queries, keys and values of deviation 1."""

_SHAPING: Final = frozenset(("Reshape", "Transpose", "Squeeze", "Unsqueeze"))
_INSIDE: Final = _SHAPING | {"Gather", "Split", "Slice", "Mul", "Div", "MatMul", "Softmax"}
"""What exporters make attention of, where one product makes queries, keys and values."""


@dataclass(frozen=True, slots=True)
class Core:
    """The nodes from a product of queries, keys and values to what the heads mixed.

    Attributes:
        nodes: in the order of the graph.
        given: the value that they take; its last axis is that of queries, then keys, then values.
        made: the value that they make.
        heads: how many.
        tokens: how many.
    """

    nodes: list[Any]
    given: str
    made: str
    heads: int
    tokens: int


def fuse_attention(model: Any) -> int:
    """Compute the cores of attention with ONNX Runtime's own operator, in place, where that gives the same.

    A core is found around each softmax, and both ways are tried on random numbers. What has a mask, another
    scale, or queries, keys and values of separate products is left as it is.

    Returns:
        How many were found.
    """
    from onnx import helper, shape_inference  # noqa: PLC0415 (see export)

    graph = model.graph
    inferred = shape_inference.infer_shapes(model).graph
    shapes = {
        value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in (*inferred.input, *inferred.value_info, *inferred.output)
    }
    found = 0
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        core = _core(graph, softmax, shapes)
        if core is None:
            continue
        nodes, constants = _fused(core, shapes)
        if _same(model, core, nodes, constants, shapes[core.given]):
            replace(graph, core.nodes, nodes)
            graph.initializer.extend(constants)
            found += 1
    if found and not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return found


def _core(graph: Any, softmax: Any, shapes: dict[str, list[int]]) -> Core | None:
    """Return what surrounds a softmax, where one value leads into it and one out of it."""
    readers = readers_of(graph)
    made_by = {output: node for node in graph.node for output in node.output}
    constants = {constant.name for constant in graph.initializer}
    last = softmax
    while len(readers[last.output[0]]) == 1:
        (reader,) = readers[last.output[0]]
        if reader.op_type not in ({"MatMul"} if last is softmax else _SHAPING):
            break
        last = reader
    inside, sources, waiting = {last.output[0]: last}, set(), list(last.input)
    while waiting:
        name = waiting.pop()
        node = made_by.get(name)
        if node is not None and node.op_type in _INSIDE:
            if node.output[0] not in inside:
                inside[node.output[0]] = node
                waiting.extend(node.input)
        elif name and name not in constants:
            sources.add(name)
    nodes = [node for node in graph.node if node.output[0] in inside]
    outside = [node for node in graph.node if node.output[0] not in inside]
    kept = {name for node in nodes if node is not last for name in node.output}
    scores = shapes.get(softmax.output[0], [])
    if len(sources) != 1 or len(scores) != 4 or any(kept.intersection(node.input) for node in outside):
        return None
    (given,) = sources
    _, heads, tokens, others = scores
    width, odd = divmod((shapes.get(given) or [0])[-1], 3)
    if not heads or not width or odd or tokens != others or width % heads or not shapes.get(last.output[0]):
        return None
    return Core(nodes, given, last.output[0], heads, tokens)


def _fused(core: Core, shapes: dict[str, list[int]]) -> tuple[list[Any], list[Any]]:
    """Return the nodes that compute the same, and their constants."""
    from onnx import helper, numpy_helper  # noqa: PLC0415 (see export)

    made, width = core.made, shapes[core.given][-1] // 3
    constants: list[Any] = []
    nodes: list[Any] = []

    def integers(name: str, values: Sequence[int]) -> str:
        constants.append(numpy_helper.from_array(np.array(values, dtype=np.int64), f"{made}_{name}"))
        return f"{made}_{name}"

    given = core.given
    if shapes[given][1:] != [core.tokens, 3 * width]:  # tokens first, and then the one row
        given = f"{made}_three"
        shape = integers("rows", [1, core.tokens, 3 * width])
        nodes.append(helper.make_node("Reshape", [core.given, shape], [given]))
    three = [f"{made}_{name}" for name in ("queries", "keys", "values")]
    nodes.append(helper.make_node("Split", [given, integers("widths", [width] * 3)], three, axis=2))
    flat = shapes[made][1:] != [core.tokens, width]
    mixed = f"{made}_mixed" if flat else made
    nodes.append(
        helper.make_node("MultiHeadAttention", three, [mixed], domain="com.microsoft", num_heads=core.heads)
    )
    if flat:
        nodes.append(helper.make_node("Reshape", [mixed, integers("shape", shapes[made])], [made]))
    return nodes, constants


def _same(model: Any, core: Core, nodes: list[Any], constants: list[Any], shape: list[int]) -> bool:
    """Whether some nodes compute what a core computes."""
    read = {name for node in core.nodes for name in node.input}
    own = [constant for constant in model.graph.initializer if constant.name in read]
    values = np.random.default_rng(0).standard_normal([size or 1 for size in shape], dtype=np.float32)
    before = _computed(model, core, core.nodes, own, values)
    after = _computed(model, core, nodes, constants, values)
    return before.shape == after.shape and bool(np.allclose(before, after, rtol=0, atol=NEAR))


def _computed(
    model: Any, core: Core, nodes: list[Any], constants: list[Any], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what some nodes make of values."""
    import onnxruntime  # noqa: PLC0415 (see export)
    from onnx import TensorProto, helper  # noqa: PLC0415

    given, made = (helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in (core.given, core.made))
    graph = helper.make_graph(nodes, "core", [given], [made], constants)
    opsets = {opset.domain: opset.version for opset in model.opset_import} | {"com.microsoft": 1}
    part = helper.make_model(
        graph,
        ir_version=model.ir_version,
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in opsets.items()],
    )
    session = onnxruntime.InferenceSession(part.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {core.given: values})[0])
