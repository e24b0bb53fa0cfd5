from pinakes.settings import parse_settings
from pinakes.sources.preview import preview


def test_counts_and_samples(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"12345")
    (tmp_path / "b.jpg").write_bytes(b"123")
    (tmp_path / "t.csv").write_text(
        "id,image,price\n1,a.jpg|gone.jpg,3\n2,https://host/x.jpg,cheap\n3,b.jpg,1\n4,../x.jpg,1\n4,a.jpg,1\n5,x\n"
    )
    settings = parse_settings(
        {
            "source": {"path": "t.csv", "fields": {"id": "id", "views": {"front": "image"}}},
            "attributes": {"price": {"type": "float"}},
        }
    )
    seen = preview(settings, tmp_path)
    assert (seen.items, seen.found, seen.missing, seen.remote, seen.bytes) == (4, 2, 1, 1, 8)
    assert seen.rejected == {"repeated_id": 1, "unreadable_row": 1}
    assert seen.left_out == {"wrong_type": 1, "outside_source": 1}
    assert [(sample.record.id, sample.found) for sample in seen.samples] == [
        ("1", (True, False)),
        ("2", (None,)),
        ("3", (True,)),
    ]
    assert seen.settings is settings
