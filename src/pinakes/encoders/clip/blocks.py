"""Several pictures in one call, each computed alone: block by block, so that weights are read once for all.

Needs the package ``onnx``.
"""

from typing import Any, Final

import numpy as np

from pinakes.encoders.clip.runtime import EACH_ALONE

BLOCK: Final = 2 << 20
"""Bytes of weights from which on a block is complete: enough to be worth a loop, and few enough to stay in a
processor's last cache from one picture to the next."""

SMALL: Final = 1 << 14
"""Bytes of a constant that may lie in each block; larger ones lie beside them, where they are kept once."""


def rows_by_blocks(model: Any, block: int = BLOCK) -> None:
    """Let a tower of one row take any number, in place, each with the operators that computed it alone.

    Rows go through a block one after another, and then all to the next one. A model whose blocks hand on more
    than one value, as CLIP's text towers do, which look for the end token at the end, is left as it is.

    Args:
        model: a tower with one input of shape (1, ...) and one output of shape (1, n).
        block: bytes of weights from which on a block is complete.
    """
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 (see export)

    graph = model.graph
    (given, *others), (made, *_) = graph.input, graph.output
    shape = [axis.dim_value for axis in given.type.tensor_type.shape.dim]
    parts = _parts(graph, block)
    if others or not all(shape[1:]) or len(parts) < 2:
        return
    row, vector = f"{given.name}_row", f"{made.name}_row"
    _rename(parts[0], given.name, f"{given.name}_alone")
    _rename(parts[-1], made.name, f"{made.name}_alone")
    parts[0].insert(0, helper.make_node("Reshape", [row, "shape_alone"], [f"{given.name}_alone"]))
    parts[-1].append(helper.make_node("Reshape", [f"{made.name}_alone", "shape_of_vector"], [vector]))
    graph.initializer.append(numpy_helper.from_array(np.array([1, *shape[1:]]), "shape_alone"))
    graph.initializer.append(numpy_helper.from_array(np.array([-1]), "shape_of_vector"))
    small = {constant.name: constant for constant in graph.initializer if constant.ByteSize() < SMALL}
    kind = given.type.tensor_type.elem_type  # numbers of tokens, perhaps; what is handed on is real
    nodes, rows = [], given.name
    for number, part in enumerate(parts):
        taken = row if number == 0 else parts[number - 1][-1].output[0]
        read = {name for node in part for name in node.input}
        body = helper.make_graph(
            part,
            f"block_{number}",
            [helper.make_tensor_value_info(taken, kind, None)],
            [helper.make_tensor_value_info(part[-1].output[0], TensorProto.FLOAT, None)],
            [constant for name, constant in small.items() if name in read],
        )
        kind = TensorProto.FLOAT
        after = made.name if number == len(parts) - 1 else f"rows_{number}"
        nodes.append(helper.make_node("Scan", [rows], [after], body=body, num_scan_inputs=1))
        rows = after
    large = [constant for constant in graph.initializer if constant.name not in small]
    for field, values in (("node", nodes), ("initializer", large), ("value_info", [])):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    for value in (given, made):
        value.type.tensor_type.shape.dim[0].dim_param = EACH_ALONE


def _parts(graph: Any, block: int) -> list[list[Any]]:
    """Return the nodes in parts, each of which hands its last node's value, and nothing else, to the next."""
    size = {constant.name: constant.ByteSize() for constant in graph.initializer}
    last = {name: number for number, node in enumerate(graph.node) for name in node.input}
    last |= {value.name: len(graph.node) for value in graph.output}
    alive = {value.name for value in graph.input}
    parts: list[list[Any]] = [[]]
    weight = 0
    for number, node in enumerate(graph.node):
        parts[-1].append(node)
        weight += sum(size.get(name, 0) for name in node.input)
        alive = {name for name in alive.union(node.output) if last.get(name, -1) > number}
        if weight >= block and alive == {node.output[0]} and number + 1 < len(graph.node):
            parts.append([])
            weight = 0
    return parts


def _rename(nodes: list[Any], old: str, new: str) -> None:
    for node in nodes:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]
