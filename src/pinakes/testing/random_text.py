"""A text model of any size with random weights, laid out as sentence-transformers lays out the real ones.

It understands nothing, but texts with words in common are near each other, and every step from a text to a
vector is the real one. Needs the package ``onnx``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from pinakes.testing.onnx_graph import Graph
from pinakes.testing.random_clip import WORDS


@dataclass(frozen=True, slots=True)
class TextShape:
    """How large a model is, and what its files say.

    Attributes:
        width: length of the vectors.
        layers: transformer blocks.
        tokens: ``max_seq_length``.
        pooling: key of ``1_Pooling/config.json`` that is true.
        prompts: of ``config_sentence_transformers.json``.
        segments: whether it takes ``token_type_ids``, as BERT does.
        words: that its tokenizer knows beside a few; every other word is one unknown token.
        seed: of the weights.
    """

    width: int = 64
    layers: int = 1
    tokens: int = 32
    pooling: str = "pooling_mode_mean_tokens"
    prompts: Mapping[str, str] = field(default_factory=dict)
    segments: bool = True
    words: tuple[str, ...] = ()
    seed: int = 0


def write_random_text(folder: Path, shape: TextShape = TextShape()) -> Path:
    """Write a model into a folder, made where it is not there, and return the folder."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    vocabulary = _write_tokenizer(folder, shape)
    onnx.save(_model(shape, vocabulary), folder / "onnx" / "model.onnx")
    kind = "sentence_transformers.models"
    _write(folder / "config.json", {"hidden_size": shape.width, "max_position_embeddings": shape.tokens})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": shape.tokens, "do_lower_case": False})
    _write(folder / "config_sentence_transformers.json", {"prompts": dict(shape.prompts)})
    _write(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": f"{kind}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kind}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{kind}.Normalize"},
        ],
    )
    modes = ("cls_token", "max_tokens", "mean_tokens", "lasttoken")
    _write(
        folder / "1_Pooling" / "config.json",
        {
            "word_embedding_dimension": shape.width,
            **{f"pooling_mode_{mode}": f"pooling_mode_{mode}" == shape.pooling for mode in modes},
        },
    )
    return folder


def _write_tokenizer(folder: Path, shape: TextShape) -> int:
    tokens = dict.fromkeys(
        ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, "query", "passage", ":", *shape.words)
    )
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", None, [(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder / "tokenizer_config.json", {"pad_token": "[PAD]"})
    return len(vocabulary)


def _model(shape: TextShape, vocabulary: int) -> Any:
    graph = Graph(shape.seed)
    x = graph.node("Gather", graph.weight((vocabulary, shape.width), 1.0), "input_ids", axis=0)
    if shape.segments:
        x = graph.node("Add", x, graph.node("Gather", graph.weight((2, shape.width), 0.1), "token_type_ids"))
    for _ in range(shape.layers):
        x = graph.block(x, shape.width)
    # What is not attended to does not count; in Pinakes every token is.
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = graph.node("Unsqueeze", mask, graph.integers([2]))
    graph.name(graph.node("Mul", graph.normed(x, shape.width), mask), "last_hidden_state")
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if shape.segments else [])]
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in names]
    made = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["n", "t", shape.width])
    return graph.model(given, [made])


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
