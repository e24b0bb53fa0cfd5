"""Tokenizers as models bring them: ``tokenizer.json`` of Hugging Face's library."""

from pathlib import Path
from typing import Any

from pinakes.errors import MissingExtraError, SettingsError


def read_tokenizer(path: Path, needed_by: str, extra: str) -> Any:
    """Open a tokenizer.

    Args:
        path: ``tokenizer.json``.
        needed_by: what cannot do without, for the message.
        extra: of Pinakes, with which the library is installed.

    Raises:
        MissingExtraError: the library is not installed.
        SettingsError: the file is no tokenizer.
    """
    try:
        import tokenizers  # noqa: PLC0415 (costs 30 ms)
    except ModuleNotFoundError as error:
        raise MissingExtraError(needed_by, extra) from error
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise SettingsError(f"{path} cannot be opened as a tokenizer: {error}") from error
