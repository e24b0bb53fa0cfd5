"""A CLIP or SigLIP model of any size with random weights, in the layout of the real ones.

It finds nothing anybody would call similar, but it costs what a real model costs, and every step from a
picture to a vector is the real one: for tests, and to measure a machine before a gigabyte is downloaded.
Needs the package ``onnx``.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from pinakes.encoders.clip.text import TO_THE_END
from pinakes.testing.onnx_graph import Graph

WORDS = (
    *("a", "the", "of", "and", "with", "on", "photo", "picture", "red", "green", "blue", "black", "white"),
    *("dress", "coin", "flower", "drink", "dog", "cat", "shoe", "chair", "old", "new", "small", "large"),
)
"""What the tokenizers know; every other word is one unknown token."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a model is.

    Attributes:
        family: ``clip`` (class token, causal text, cut to the shorter side) or ``siglip`` (mean of patches,
            text seen whole, squashed to a square).
        image: side of a picture in pixels.
        patch: side of a patch in pixels.
        width: of the image tower.
        layers: of the image tower.
        text_width: of the text tower.
        text_layers: of the text tower.
        context: tokens of a text; CLIP's need not be filled up.
        dim: length of the vectors.
        batch: whether the image tower takes batches; the published models take one picture at a time.
        seed: of the weights.
    """

    family: Literal["clip", "siglip"] = "clip"
    image: int = 32
    patch: int = 8
    width: int = 64
    layers: int = 2
    text_width: int = 64
    text_layers: int = 1
    context: int = 16
    dim: int = 32
    batch: bool = False
    seed: int = 0


VIT_B_32 = Shape(
    image=224, patch=32, width=768, layers=12, text_width=512, text_layers=12, context=77, dim=512
)
"""The size of CLIP's ViT-B/32 (Radford et al., 2021), but for its vocabulary."""


def write_random_clip(folder: Path, shape: Shape = Shape()) -> Path:
    """Write ``config.json``, ``visual/`` and ``textual/`` into a folder, made where it is not there.

    Returns:
        The folder.
    """
    visual, textual = folder / "visual", folder / "textual"
    for part in (visual, textual):
        part.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_tokenizer(textual, shape)
    onnx.save(_image_tower(shape), visual / "model.onnx")
    onnx.save(_text_tower(shape, vocabulary), textual / "model.onnx")
    siglip = shape.family == "siglip"
    _write_json(
        visual / "preprocess_cfg.json",
        {
            "size": [shape.image, shape.image],
            "mode": "RGB",
            "mean": [0.5] * 3 if siglip else [0.48145466, 0.4578275, 0.40821073],
            "std": [0.5] * 3 if siglip else [0.26862954, 0.26130258, 0.27577711],
            "interpolation": "bicubic",
            "resize_mode": "squash" if siglip else "shortest",
            "fill_color": 0,
        },
    )
    text: dict[str, Any] = {"context_length": shape.context, "width": shape.text_width}
    if siglip:
        text["tokenizer_kwargs"] = {"clean": "canonicalize"}
    _write_json(folder / "config.json", {"embed_dim": shape.dim, "vision_cfg": {}, "text_cfg": text})
    return folder


def _write_tokenizer(folder: Path, shape: Shape) -> int:
    """Write ``tokenizer.json`` and ``tokenizer_config.json``; return the number of tokens."""
    siglip = shape.family == "siglip"
    special = ("</s>", "<unk>") if siglip else ("<unk>", *WORDS, "<|startoftext|>", "<|endoftext|>")
    tokens = (*special, *WORDS) if siglip else special
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if siglip:
        end = "</s>"
        tokenizer.post_processor = processors.TemplateProcessing("$A </s>", None, [(end, vocabulary[end])])
    else:
        end = "<|endoftext|>"
        tokenizer.normalizer = normalizers.Lowercase()
        tokenizer.post_processor = processors.TemplateProcessing(
            "<|startoftext|> $A <|endoftext|>",
            None,
            [(token, vocabulary[token]) for token in ("<|startoftext|>", end)],
        )
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(folder / "tokenizer_config.json", {"pad_token": end})
    return len(vocabulary)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")


def _image_tower(shape: Shape) -> Any:
    graph = Graph(shape.seed)
    patches = (shape.image // shape.patch) ** 2
    kernel = graph.weight((shape.width, 3, shape.patch, shape.patch))
    x = graph.node("Conv", "image", kernel, strides=[shape.patch] * 2)
    x = graph.node("Reshape", x, graph.integers([0, shape.width, patches]))
    x = graph.node("Transpose", x, perm=[0, 2, 1])
    if shape.family == "clip":
        first = graph.node("Slice", x, *(graph.integers([n]) for n in (0, 1, 1)))
        zero = graph.node("Mul", first, graph.constant(np.zeros(1, np.float32)))
        x = graph.node("Concat", graph.node("Add", zero, graph.weight((1, 1, shape.width))), x, axis=1)
        patches += 1
    x = graph.node("Add", x, graph.weight((1, patches, shape.width)))
    for _ in range(shape.layers):
        x = graph.block(x, shape.width)
    if shape.family == "clip":
        pooled = graph.node("Gather", x, graph.integers(0), axis=1)
    else:
        pooled = graph.node("ReduceMean", x, axes=[1], keepdims=0)
    rows = "n" if shape.batch else 1
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [rows, 3, shape.image, shape.image])
    return graph.tower(pooled, shape.width, shape.dim, image, rows)


def _text_tower(shape: Shape, vocabulary: int) -> Any:
    graph = Graph(shape.seed + 1)
    tokens = graph.weight((vocabulary, shape.text_width), 1.0)
    x = graph.node("Gather", tokens, "text", axis=0)
    positions = graph.weight((shape.context, shape.text_width))
    length: str | int = shape.context
    mask = None
    if shape.family == "clip":
        length = TO_THE_END
        zero, taken = graph.integers([0]), graph.node("Shape", "text", start=1)
        positions = graph.node("Slice", positions, zero, taken, zero)
        mask = graph.constant(np.triu(np.full((shape.context, shape.context), -1e9, dtype=np.float32), 1))
        for axis in (0, 1):
            mask = graph.node("Slice", mask, zero, taken, graph.integers([axis]))
    x = graph.node("Add", x, positions)
    for _ in range(shape.text_layers):
        x = graph.block(x, shape.text_width, mask)
    if shape.family == "clip":
        # The end token has the highest number; the first of them ends the text.
        last = graph.node("Cast", graph.node("ArgMax", "text", axis=1, keepdims=1), to=TensorProto.INT64)
        last = graph.node("Unsqueeze", last, graph.integers([2]))
        last = graph.node("Expand", last, graph.integers([1, 1, shape.text_width]))
        pooled = graph.node("Squeeze", graph.node("GatherElements", x, last, axis=1), graph.integers([1]))
    else:
        pooled = graph.node("Gather", x, graph.integers(shape.context - 1), axis=1)
    text = helper.make_tensor_value_info("text", TensorProto.INT32, [1, length])
    return graph.tower(pooled, shape.text_width, shape.dim, text, 1)
