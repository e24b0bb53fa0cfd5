"""From a text to the tokens that a text tower takes: open_clip's cleaning, and the model's own tokenizer."""

import html
import string
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.tokenizer import read_tokenizer
from pinakes.errors import SettingsError

CONTEXT: Final = 77
"""Tokens of a text where a model names no number (Radford et al., 2021)."""

TO_THE_END: Final = "tokens_to_the_end"
"""What a text tower calls its axis of tokens when it takes a text up to its end token: it looks back only, so
the padding after that costs time and changes nothing. Any other tower is given the padding too."""

_NO_PUNCTUATION = str.maketrans("_", " ", string.punctuation.replace("_", ""))


def clean_whitespace(text: str) -> str:
    """Undo HTML entities, also doubled ones, and make every run of white space one space.

    open_clip also repairs wrongly decoded text with ftfy; a collection's words are decoded rightly already.
    """
    return " ".join(html.unescape(html.unescape(text)).split())


def clean_lower(text: str) -> str:
    """Clean white space and entities, then lower-case."""
    return clean_whitespace(text).lower()


def clean_canonicalize(text: str) -> str:
    """Take ASCII punctuation out and lower-case, as for SigLIP (big_vision's ``canonicalize_text``)."""
    return " ".join(clean_whitespace(text).translate(_NO_PUNCTUATION).lower().split())


CLEANERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {"whitespace": clean_whitespace, "lower": clean_lower, "canonicalize": clean_canonicalize}
)
"""How a text is cleaned, by open_clip's name for it."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How a model wants its texts.

    Attributes:
        context: number of tokens; longer texts are cut, shorter ones filled up.
        clean: name of the cleaner.
        pad: the token that fills up.
        pad_left: whether it goes before the text.
    """

    context: int
    clean: str
    pad: str
    pad_left: bool = False

    @classmethod
    def from_configs(cls, model: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> Self:
        """Read ``text_cfg`` of ``config.json``, and ``tokenizer_config.json``.

        Raises:
            SettingsError: names the key whose value cannot be used.
        """
        text = model.get("text_cfg")
        if not isinstance(text, dict):
            raise SettingsError("'text_cfg' must be an object: the settings of the text tower")
        context = text.get("context_length", CONTEXT)
        if not isinstance(context, int) or context < 1:
            raise SettingsError(f"'text_cfg.context_length' must be a number of tokens, got {context!r}")
        options = dict(text.get("tokenizer_kwargs") or {})
        clean = options.pop("clean", "whitespace")
        if clean not in CLEANERS:
            raise SettingsError(
                f"'text_cfg.tokenizer_kwargs.clean' must be one of {', '.join(CLEANERS)}, got {clean!r}"
            )
        if used := [key for key, value in options.items() if value]:
            raise SettingsError(f"'text_cfg.tokenizer_kwargs.{used[0]}' is not supported")
        pad = tokenizer.get("pad_token")
        pad = pad.get("content") if isinstance(pad, dict) else pad
        if not isinstance(pad, str):
            raise SettingsError(f"'pad_token' of the tokenizer must be a token, got {pad!r}")
        return cls(context, clean, pad, tokenizer.get("padding_side") == "left")


class Tokenizer:
    """A tokenizer of the ``tokenizers`` library, opened on first use.

    Args:
        path: ``tokenizer.json``.
        settings: length, cleaning and padding.
    """

    def __init__(self, path: Path, settings: TextSettings) -> None:
        self.path = path
        self.settings = settings
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def encode(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Return tokens and attention mask, int64 of shape (1, context); None for a text without words.

        Raises:
            SettingsError: the tokenizer cannot be opened.
        """
        cleaned = CLEANERS[self.settings.clean](text)
        if not cleaned:
            return None
        found = self._open().encode(cleaned)
        return np.array([found.ids], dtype=np.int64), np.array([found.attention_mask], dtype=np.int64)

    def _open(self) -> Any:
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = _open_tokenizer(self.path, self.settings)
            return self._tokenizer


def _open_tokenizer(path: Path, settings: TextSettings) -> Any:
    tokenizer = read_tokenizer(path, "the encoder 'clip'", "clip")
    pad = tokenizer.token_to_id(settings.pad)
    if pad is None:
        raise SettingsError(f"{path} does not know its padding token {settings.pad!r}")
    tokenizer.enable_truncation(settings.context)
    tokenizer.enable_padding(
        direction="left" if settings.pad_left else "right",
        pad_id=pad,
        pad_token=settings.pad,
        length=settings.context,
    )
    return tokenizer
