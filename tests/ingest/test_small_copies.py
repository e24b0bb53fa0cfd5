import io

from PIL import Image

from pinakes.ingest.copies import SIDE, small_copies


def test_what_cannot_be_read_keeps_its_place(tmp_path):
    Image.new("RGB", (2 * SIDE, SIDE), "teal").save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    copy, broken, gone = small_copies(tmp_path / name for name in ("a.png", "b.png", "c.png"))
    assert Image.open(io.BytesIO(copy)).size == (SIDE, SIDE // 2)
    assert (broken, gone) == (None, None)
