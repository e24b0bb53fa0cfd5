import sys

import pytest

from pinakes.encoders.tokenizer import read_tokenizer
from pinakes.errors import MissingExtraError, SettingsError


def test_what_is_no_tokenizer_is_named(tmp_path):
    pytest.importorskip("tokenizers")
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    with pytest.raises(SettingsError, match=r"tokenizer\.json cannot be opened as a tokenizer"):
        read_tokenizer(path, "a text model", "text")


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r"a text model needs.*pinakes\[text\]"):
        read_tokenizer(tmp_path / "tokenizer.json", "a text model", "text")
