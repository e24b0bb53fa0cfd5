"""Reading and changing ONNX graphs."""

from collections import defaultdict
from typing import Any


def readers_of(graph: Any) -> dict[str, list[Any]]:
    """Return the nodes that read each value."""
    found = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            found[name].append(node)
    return found


def replace(graph: Any, old: list[Any], new: list[Any]) -> None:
    """Put nodes in the place of the last of some others."""
    gone = [node.output[0] for node in old]
    nodes = []
    for node in graph.node:
        if node.output[0] not in gone:
            nodes.append(node)
        elif node.output[0] == gone[-1]:
            nodes.extend(new)
    del graph.node[:]
    graph.node.extend(nodes)
