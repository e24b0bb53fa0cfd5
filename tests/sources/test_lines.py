import gzip

import pytest

from pinakes.errors import SourceError
from pinakes.sources import lines
from pinakes.sources.lines import read_lines


def test_plain_and_gzipped_are_told_by_their_bytes(tmp_path):
    (tmp_path / "plain.gz").write_bytes(b"\xef\xbb\xbfa,b\r\n\xc3\xa9\n")
    (tmp_path / "packed.csv").write_bytes(gzip.compress(b"x\ny"))
    assert list(read_lines(tmp_path / "plain.gz")) == ["a,b\r\n", "é\n"]
    assert list(read_lines(tmp_path / "packed.csv")) == ["x\n", "y"]


def test_another_encoding_names_line_and_byte(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("id\nok\ncafé\n".encode("latin-1"))
    with pytest.raises(SourceError, match=r"line 3 is not UTF-8 \(byte 0xe9 after 3 bytes\).*iconv"):
        list(read_lines(path))


def test_utf16_is_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id\n1\n", encoding="utf-16")
    with pytest.raises(SourceError, match="is UTF-16 text; save it as UTF-8"):
        list(read_lines(path))


@pytest.mark.parametrize("damage", [lambda b: b[:-12], lambda b: b[:20] + b"\x00\xff\x00\xff" + b[24:]])
def test_a_damaged_gzip_file(tmp_path, damage):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(damage(gzip.compress("\n".join(map(str, range(5000))).encode())))
    with pytest.raises(SourceError, match="gzip file is damaged after line"):
        list(read_lines(path))


def test_a_line_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 1 << 20)
    path = tmp_path / "t.csv"
    path.write_bytes(b"id\n" + b"x" * (2 << 20))
    with pytest.raises(SourceError, match="line 2 has more than 1 MiB"):
        list(read_lines(path))


def test_an_absent_file(tmp_path):
    with pytest.raises(SourceError, match=r"cannot read .*: No such file"):
        list(read_lines(tmp_path / "none.csv"))
