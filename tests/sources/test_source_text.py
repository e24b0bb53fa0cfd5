import unicodedata

import pytest

from pinakes.sources.text import clean_text, humanise, id_trouble


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  plain ", "plain"),
        ("cafe\u0301", "café"),
        ("a\x00b\x1bc", "abc"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("half \ud83d pair", "half  pair"),
        ("é\x85", "é"),
    ],
)
def test_clean_text(text, clean):
    assert clean_text(text) == clean
    assert unicodedata.is_normalized("NFC", clean_text(text))


def test_humanise():
    assert humanise("red_dress-02") == "red dress 02"
    assert humanise("__A.b  c__") == "A b c"


def test_ids():
    assert id_trouble("a/b c é") is None
    assert id_trouble("x" * 512) is None
    assert "513 characters" in id_trouble("x" * 513)
    assert "control" in id_trouble("a\nb")
    assert "control" in id_trouble("\ud800")
