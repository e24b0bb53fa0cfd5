"""The encoder: texts of items and texts of queries into one space."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import Side
from pinakes.encoders.clip.runtime import Row, Tower
from pinakes.encoders.text.layout import Pooling, TextSettings, find_text_files
from pinakes.encoders.text.resolve import find_text_model, known_model
from pinakes.encoders.tokenizer import read_tokenizer
from pinakes.encoders.weights import check_about, read_about, write_about
from pinakes.errors import SettingsError
from pinakes.kernels.similarity import unit_rows

OUTPUTS: Final = ("last_hidden_state", "token_embeddings")
"""Names of the output with one vector for each token; where a model has none of them, its first is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class SentenceEncoder:
    """Encodes texts; open one with `open_text_model`.

    Attributes:
        name: the name it was asked for by, such as ``text:all-MiniLM-L6-v2``.
        folder: where the model lies.
        fingerprint: digest of weights, tokenizer, pooling and prompts.
        settings: how it wants its texts.
        tower: the model.
        tokenizer: of texts.
    """

    name: str
    folder: Path
    fingerprint: str
    settings: TextSettings
    tower: Tower
    tokenizer: "SentenceTokenizer"

    @property
    def dim(self) -> int:
        """Return the length of the vectors."""
        return self.settings.dim * len(self.settings.pooling)

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `FittedTextEncoder.recipe`."""
        settings = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self.settings).items()}
        return {"model": self.fingerprint, "text": settings}

    def encode_texts(self, texts: Sequence[str], side: Side = "query") -> NDArray[np.float32]:
        """See `TextEncoder.encode_texts`; the two sides have prompts of their own.

        Raises:
            SettingsError: model or tokenizer cannot be opened, or do not fit each other.
        """
        prompt = self.settings.query if side == "query" else self.settings.item
        known = [row for row, text in enumerate(texts) if text.strip()]
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        if known:
            tokens = [self.tokenizer.encode(prompt + texts[row].strip()) for row in known]
            inputs = self.tower.inputs(len(known))
            vectors[known] = unit_rows(
                self.tower.run(tokens, lambda ids: _row(ids, tuple(inputs)), self._pool, OUTPUTS)
            )
        return vectors

    def save(self, folder: Path) -> None:
        """Write ``encoder.json`` into an existing folder: which model it was, not its weights.

        Raises:
            OSError: the disk refused.
        """
        write_about(folder, self)

    def _pool(self, found: NDArray[np.float32]) -> NDArray[np.float32]:
        """Make one row of shape (1, dim) of the vectors of one text's tokens, shape (1, tokens, width)."""
        if found.ndim != 3 or found.shape[2] != self.settings.dim:
            raise SettingsError(
                f"{self.tower.path} gives vectors of tokens of shape {found.shape}, its settings say "
                f"(1, tokens, {self.settings.dim})"
            )
        return np.concatenate([_pooled(found[0], mode) for mode in self.settings.pooling])[None, :]


class SentenceTokenizer:
    """A tokenizer of the ``tokenizers`` library, opened on first use; texts are cut and never filled up.

    Args:
        path: ``tokenizer.json``.
        settings: length and lower-casing.
    """

    def __init__(self, path: Path, settings: TextSettings) -> None:
        self.path = path
        self.settings = settings
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def encode(self, text: str) -> NDArray[np.int64]:
        """Return tokens, int64 of shape (1, n).

        Raises:
            SettingsError: the tokenizer cannot be opened.
        """
        found = self._open().encode(text.lower() if self.settings.lower else text)
        return np.array([found.ids], dtype=np.int64)

    def _open(self) -> Any:
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = _open_tokenizer(self.path, self.settings.tokens)
            return self._tokenizer


class SentenceFamily:
    """The text models by name: see `TextFamily`.

    Args:
        model: a folder, a name of ``pinakes encoders list``, or ``owner/name`` of a repository; empty for the
            recommended model.
    """

    def __init__(self, model: str = "") -> None:
        self.model = model
        self._encoder: SentenceEncoder | None = None
        self._lock = threading.Lock()

    @property
    def texts(self) -> SentenceEncoder:
        """See `TextFamily.texts`; the model is found and hashed on first use.

        Raises:
            SettingsError: the model is not on this machine, or its files cannot be used.
        """
        return self._open(None)

    def open(self, folder: Path) -> SentenceEncoder:
        """See `TextFamily.open`.

        Raises:
            IntegrityError: ``encoder.json`` is damaged, or the model is not the one that made the vectors.
            SettingsError: the model is not on this machine any more.
        """
        about = read_about(folder)
        return check_about(self._open(Path(about["folder"])), about, "text")

    def _open(self, last: Path | None) -> SentenceEncoder:
        """Open the model by its name, or where that finds nothing, where it lay when it was saved."""
        with self._lock:
            if self._encoder is None:
                try:
                    folder = find_text_model(self.model)
                except SettingsError:
                    if last is None or not last.is_dir():
                        raise
                    folder = last
                known = known_model(self.model)
                self._encoder = open_text_model(
                    folder,
                    f"text:{self.model}" if self.model else "text",
                    query=known.query if known else "",
                    item=known.item if known else "",
                )
            return self._encoder


def open_text_model(
    folder: Path, name: str | None = None, *, query: str = "", item: str = ""
) -> SentenceEncoder:
    """Open the model in a folder: settings are read and weights are hashed; it starts when first used.

    Args:
        folder: see `find_text_files`.
        name: the name it was asked for by; None for ``text:<folder>``.
        query, item: prompts where its files name none.

    Raises:
        SettingsError: a file is missing, or holds something that cannot be used.
    """
    files = find_text_files(folder, query, item)
    settings = files.settings
    return SentenceEncoder(
        name=name or f"text:{files.folder}",
        folder=files.folder,
        fingerprint=files.fingerprint(),
        settings=settings,
        tower=Tower(files.model, settings.dim * len(settings.pooling)),
        tokenizer=SentenceTokenizer(files.tokenizer, settings),
    )


def _row(ids: NDArray[np.int64], names: Sequence[str]) -> Row:
    """Return the inputs of the model: tokens, all of them attended to and of the first segment."""
    given = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
        "position_ids": np.arange(ids.shape[1], dtype=np.int64)[None, :],
    }
    if unknown := [name for name in names if name not in given]:
        raise SettingsError(f"the text model takes {unknown[0]!r}, which is not known; it takes token ids")
    return {name: given[name] for name in names}


def _pooled(tokens: NDArray[np.float32], mode: Pooling) -> NDArray[np.float32]:
    """Make one vector of those of all tokens, shape (n, width), as sentence-transformers does."""
    if mode == "mean":
        mean: NDArray[np.float32] = tokens.mean(axis=0)
        return mean
    one: NDArray[np.float32] = {"cls": tokens[0], "lasttoken": tokens[-1], "max": tokens.max(axis=0)}[mode]
    return one


def _open_tokenizer(path: Path, tokens: int) -> Any:
    tokenizer = read_tokenizer(path, "a text model", "text")
    tokenizer.enable_truncation(tokens)
    tokenizer.no_padding()
    return tokenizer
