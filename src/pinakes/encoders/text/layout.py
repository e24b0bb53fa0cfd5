"""The files of a sentence-transformers model in ONNX, and what they say of how a text becomes a vector."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

from pinakes.errors import SettingsError

Pooling: TypeAlias = Literal["mean", "cls", "max", "lasttoken"]

POOLINGS: Final[Mapping[str, Pooling]] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""The keys of ``Pooling/config.json`` that are understood, in the order in which results are joined."""

ONNX_FILES = ("onnx/model.onnx", "model.onnx")
"""Where a model may lie in its folder."""

MODULES = ("Transformer", "Pooling", "Normalize")
"""Steps of a model that are understood; `TextSettings` tells what they do."""

MOST_TOKENS = 512
"""Tokens of a text where no file names a number (the length of BERT)."""

QUERY_PROMPTS, ITEM_PROMPTS = ("query",), ("document", "passage", "corpus")
"""Names of prompts in ``config_sentence_transformers.json``, for each side."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How a model wants its texts.

    Attributes:
        dim: length of the vectors of tokens.
        pooling: how the vectors of the tokens become one; several are joined end to end.
        tokens: the most that a text has, prompt and special tokens included; the rest is cut off.
        lower: texts are lower-cased first.
        query, item: what is put before a text of each side.
    """

    dim: int
    pooling: tuple[Pooling, ...] = ("mean",)
    tokens: int = MOST_TOKENS
    lower: bool = False
    query: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class TextFiles:
    """The files of one model.

    Attributes:
        folder: an absolute path.
        model: the ONNX file.
        settings: what the other files say.
    """

    folder: Path
    model: Path
    settings: TextSettings

    @property
    def tokenizer(self) -> Path:
        """The tokenizer."""
        return self.folder / "tokenizer.json"

    def fingerprint(self) -> str:
        """Return a digest of everything that decides a vector: weights, tokenizer and settings.

        Raises:
            SettingsError: a file cannot be read.
        """
        digest = hashlib.sha256(json.dumps(asdict(self.settings), sort_keys=True).encode())
        # Above 2 GB a model keeps its weights in files beside it, named after it.
        for path in (self.tokenizer, *sorted(self.model.parent.glob(f"{self.model.name}*"))):
            try:
                with path.open("rb") as file:
                    said = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise SettingsError(f"cannot read {path}: {error.strerror}") from None
            digest.update(f"{path.relative_to(self.folder)} {said}\n".encode())
        return digest.hexdigest()


def find_text_files(folder: Path, query: str = "", item: str = "") -> TextFiles:
    """Find the files of a model.

    Args:
        folder: laid out as sentence-transformers saves a model with the ONNX backend: ``onnx/model.onnx`` (or
            ``model.onnx``), ``tokenizer.json``, ``config.json``, and where there are any ``modules.json``,
            ``sentence_bert_config.json``, ``config_sentence_transformers.json``, ``1_Pooling/config.json``.
        query, item: prompts where the files name none.

    Raises:
        SettingsError: a file is missing, or asks for something that is not supported.
    """
    folder = folder.expanduser().absolute()
    model = next((folder / name for name in ONNX_FILES if (folder / name).is_file()), None)
    lacking = [name for name in ("tokenizer.json", "config.json") if not (folder / name).is_file()]
    if model is None:
        lacking.append(" or ".join(ONNX_FILES))
    if model is None or lacking:
        raise SettingsError(
            f"{folder} is no text model in ONNX as sentence-transformers lays it out: it lacks "
            f"{', '.join(lacking)}"
        )
    settings = _settings(folder)
    return TextFiles(
        folder, model, replace(settings, query=settings.query or query, item=settings.item or item)
    )


def _settings(folder: Path) -> TextSettings:
    modules = _modules(folder)
    transformer, pooling = modules.get("Transformer", folder), modules.get("Pooling")
    about = _read(transformer / "sentence_bert_config.json")
    config = _read(folder / "config.json")
    prompts = _read(folder / "config_sentence_transformers.json").get("prompts") or {}
    hidden = config.get("hidden_size")
    if not isinstance(hidden, int) or hidden < 1:
        raise SettingsError(f"{folder / 'config.json'}: 'hidden_size' must be a length, got {hidden!r}")
    tokens = about.get("max_seq_length") or config.get("max_position_embeddings") or MOST_TOKENS
    if not isinstance(tokens, int) or tokens < 1:
        raise SettingsError(f"{folder}: 'max_seq_length' must be a number of tokens, got {tokens!r}")
    return TextSettings(
        dim=hidden,
        pooling=_pooling(pooling / "config.json") if pooling else ("mean",),
        tokens=tokens,
        lower=bool(about.get("do_lower_case")),
        query=_prompt(prompts, QUERY_PROMPTS),
        item=_prompt(prompts, ITEM_PROMPTS),
    )


def _modules(folder: Path) -> dict[str, Path]:
    """Return the folder of each step by its kind; empty for a model that names no steps."""
    path = folder / "modules.json"
    if not path.is_file():
        return {}
    listed = _read_json(path)
    try:
        found = {str(step["type"]).rpartition(".")[2]: folder / str(step["path"]) for step in listed}
    except (TypeError, KeyError) as error:
        raise SettingsError(f"{path} does not list the steps of a model: {error!r}") from None
    if unknown := [kind for kind in found if kind not in MODULES]:
        raise SettingsError(
            f"{path}: the step {unknown[0]!r} is not supported; models of {', '.join(MODULES)} are"
        )
    return found


def _pooling(path: Path) -> tuple[Pooling, ...]:
    config = _read(path)
    if config.get("include_prompt") is False:
        raise SettingsError(f"{path}: 'include_prompt' = false is not supported")
    named = config.get("pooling_mode")
    if isinstance(named, str) and named in POOLINGS.values():
        return (cast("Pooling", named),)
    asked = [key for key, value in config.items() if key.startswith("pooling_mode") and value]
    if not asked or any(key not in POOLINGS for key in asked):
        raise SettingsError(
            f"{path}: one of {', '.join(POOLINGS)} must be true, found {', '.join(asked) or 'none'}"
        )
    return tuple(mode for key, mode in POOLINGS.items() if key in asked)


def _prompt(prompts: Any, names: tuple[str, ...]) -> str:
    found = [prompts[name] for name in names if isinstance(prompts, dict) and prompts.get(name)]
    return str(found[0]) if found else ""


def _read(path: Path) -> dict[str, Any]:
    """Return a JSON object; empty where there is no file."""
    if not path.is_file():
        return {}
    value = _read_json(path)
    if not isinstance(value, dict):
        raise SettingsError(f"{path} must hold a JSON object, not {type(value).__name__}")
    return value


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read {path}: {error}") from None
