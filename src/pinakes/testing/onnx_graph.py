"""Nodes and random weights of a transformer in the making, as an ONNX graph. Needs the package ``onnx``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
"""The first with LayerNormalization."""


class Graph:
    """Nodes and weights of a tower in the making."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, values: NDArray[Any]) -> str:
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def weight(self, shape: Sequence[int], scale: float | None = None) -> str:
        spread = scale or float(np.prod(shape[1:])) ** -0.5
        return self.constant(self._random.standard_normal(shape, dtype=np.float32) * np.float32(spread))

    def integers(self, values: int | list[int]) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def linear(self, x: str, width: int, out: int, side_by_side: int = 1) -> str:
        """Add one product with so many matrices of shape (width, out) side by side, and its bias."""
        drawn = [
            self._random.standard_normal((width, out), dtype=np.float32) * np.float32(width**-0.5)
            for _ in range(side_by_side)
        ]
        product = self.node("MatMul", x, self.constant(np.concatenate(drawn, axis=1)))
        return self.node("Add", product, self.constant(np.zeros(side_by_side * out, np.float32)))

    def normed(self, x: str, width: int) -> str:
        one, zero = np.ones(width, np.float32), np.zeros(width, np.float32)
        return self.node("LayerNormalization", x, self.constant(one), self.constant(zero), axis=-1)

    def block(self, x: str, width: int, mask: str | None = None) -> str:
        """Add a pre-norm transformer block with heads of 64 (or fewer, larger ones in small models)."""
        heads = max(1, width // 64)
        inner = self.normed(x, width)
        # One product makes all three, as in torch's MultiheadAttention.
        three = self.linear(inner, width, width, side_by_side=3)
        three = self.node("Reshape", three, self.integers([0, 0, 3, heads, width // heads]))
        three = self.node("Transpose", three, perm=[2, 0, 3, 1, 4])
        query, key, value = (self.node("Gather", three, self.integers(n), axis=0) for n in range(3))
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        scores = self.node(
            "Mul", scores, self.constant(np.array([(width // heads) ** -0.5], dtype=np.float32))
        )
        if mask is not None:
            scores = self.node("Add", scores, mask)
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=-1), value)
        mixed = self.node("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = self.node("Reshape", mixed, self.integers([0, 0, width]))
        x = self.node("Add", x, self.linear(mixed, width, width))
        wide = self.linear(self.normed(x, width), width, 4 * width)
        steep = self.node("Mul", wide, self.constant(np.array([1.702], dtype=np.float32)))
        active = self.node("Mul", wide, self.node("Sigmoid", steep))
        return self.node("Add", x, self.linear(active, 4 * width, width))

    def tower(self, pooled: str, width: int, dim: int, given: Any, rows: str | int) -> Any:
        """Return a model that projects what was pooled to unit vectors, its output ``embedding``."""
        x = self.linear(self.normed(pooled, width), width, dim)
        self._nodes.append(helper.make_node("LpNormalization", [x], ["embedding"], axis=-1, p=2))
        made = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [rows, dim])
        return self.model([given], [made])

    def name(self, x: str, output: str) -> None:
        """Give a value the name of an output."""
        self._nodes.append(helper.make_node("Identity", [x], [output]))

    def model(self, given: Sequence[Any], made: Sequence[Any]) -> Any:
        """Return the model with these inputs and outputs."""
        graph = helper.make_graph(self._nodes, "tower", list(given), list(made), self._weights)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="pinakes"
        )
