import json
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from pinakes.errors import SourceError, UsageError
from pinakes.samples.gallery import generate_gallery
from pinakes.samples.schema import SCHEMA, gallery_settings
from pinakes.settings import load_settings
from pinakes.types import AttributeType

SIZE = 35


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    return generate_gallery(tmp_path_factory.mktemp("gallery") / "g", SIZE, seed=4, workers=1)


def contents(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {str(p.relative_to(folder)): sha256(p.read_bytes()).hexdigest() for p in files}


def rows(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_file_is_there_and_nothing_else(gallery):
    names = set(contents(gallery.folder))
    pictures = {n for n in names if n.startswith("images/")}
    expected = {"README.txt", "gallery.json", "items.jsonl", "pinakes.toml", "qrels.txt", "queries.jsonl"}
    assert names - pictures == expected
    # 7 of each family, coins with two sides
    assert len(pictures) == gallery.pictures == gallery.drawn == 42


def test_items_name_their_pictures_by_role(gallery):
    for row in rows(gallery.folder):
        views = {role: row[role] for role in ("front", "obverse", "reverse") if row[role]}
        roles = ["obverse", "reverse"] if row["family"] == "coin" else ["front"]
        assert views == {role: f"images/{row['id']}_{role}.jpg" for role in roles}
        assert all((gallery.folder / path).is_file() for path in views.values())


def test_families_have_balanced_shares_and_readable_ids(gallery):
    ids = [row["id"] for row in rows(gallery.folder)]
    assert ids[:6] == [
        *("cocktail-0001", "flower-0001", "garment-0001", "coin-0001", "product-0001", "cocktail-0002"),
    ]
    assert len(set(ids)) == SIZE
    assert all(
        sum(i.startswith(f) for i in ids) == 7 for f in ("cocktail", "flower", "garment", "coin", "product")
    )


def test_every_attribute_is_in_every_row_with_its_type(gallery):
    kinds = {
        AttributeType.STRING: str,
        AttributeType.INTEGER: int,
        AttributeType.FLOAT: float,
        AttributeType.BOOL: bool,
        AttributeType.DATE: str,
        AttributeType.SET: list,
    }
    for row in rows(gallery.folder):
        for name, kind in SCHEMA.items():
            assert row[name] is None or type(row[name]) is kinds[kind], (row["id"], name, row[name])


def test_no_two_pictures_are_alike(gallery):
    digests = [d for n, d in contents(gallery.folder).items() if n.startswith("images/")]
    assert len(set(digests)) == len(digests)


def test_pictures_are_512_pixels_and_say_that_they_are_synthetic(gallery):
    for row in rows(gallery.folder)[:5]:
        with Image.open(gallery.folder / (row["front"] or row["obverse"])) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (512, 512))
            exif = picture.getexif()
        assert exif[ExifTags.Base.ImageDescription].startswith(f"Synthetic picture: {row['id']}")
        assert exif[ExifTags.Base.Copyright] == row["attribution"]


def test_everything_is_marked_synthetic(gallery):
    assert load_settings(gallery.folder).synthetic
    assert "SYNTHETIC" in (gallery.folder / "README.txt").read_text()
    assert all(row["synthetic"] is True and "Synthetic" in row["note"] for row in rows(gallery.folder))


def test_settings_declare_the_schema_roles_and_live_fields(gallery):
    settings = load_settings(gallery.folder)
    assert settings == gallery_settings()
    assert settings.attribute_types == SCHEMA
    assert settings.live.fields == ("price", "stock")
    assert settings.source.fields.views == {"front": "front", "obverse": "obverse", "reverse": "reverse"}
    assert settings.source.path == "items.jsonl"


def test_two_workers_write_the_same_bytes_as_one(gallery, tmp_path):
    again = generate_gallery(tmp_path / "g", SIZE, seed=4, workers=2)
    assert contents(again.folder) == contents(gallery.folder)


def test_another_seed_gives_other_pictures_and_words(gallery, tmp_path):
    other = generate_gallery(tmp_path / "g", 5, seed=5, workers=1)
    mine, theirs = contents(gallery.folder), contents(other.folder)
    assert all(theirs[n] != mine[n] for n in theirs if n.startswith("images/"))
    assert rows(other.folder) != rows(gallery.folder)[:5]


def test_a_larger_gallery_begins_with_the_smaller_one(gallery, tmp_path):
    small = generate_gallery(tmp_path / "g", 7, seed=4, workers=1)
    mine = contents(gallery.folder)
    assert rows(small.folder) == rows(gallery.folder)[:7]
    assert all(d == mine[n] for n, d in contents(small.folder).items() if n.startswith("images/"))


@pytest.mark.parametrize(("size", "pictures"), [(1, 1), (5, 6), (7, 8)])
def test_small_sizes(tmp_path, size, pictures):
    gallery = generate_gallery(tmp_path, size, workers=1)
    assert (gallery.size, gallery.pictures, len(rows(tmp_path))) == (size, pictures, size)
    assert gallery.queries > 0
    assert {line.split()[3] for line in (tmp_path / "qrels.txt").read_text().splitlines()} <= {"1", "2", "3"}


def test_a_complete_gallery_is_left_as_it_is(tmp_path):
    generate_gallery(tmp_path, 5, workers=1)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "images").iterdir()}
    assert generate_gallery(tmp_path, 5, workers=1).drawn == 0
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "images").iterdir()} == before


def test_only_what_is_missing_is_drawn_again(tmp_path):
    generate_gallery(tmp_path, 10, workers=1)
    before = contents(tmp_path)
    for lost in ("images/coin-0001_reverse.jpg", "images/flower-0002_front.jpg", "items.jsonl"):
        (tmp_path / lost).unlink()
    (tmp_path / "images" / ".flower-0002_front.jpg.tmp").write_bytes(b"half a picture")
    kept = (tmp_path / "images/coin-0001_obverse.jpg").stat().st_mtime_ns
    assert generate_gallery(tmp_path, 10, workers=1).drawn == 2
    assert contents(tmp_path) == before
    assert (tmp_path / "images/coin-0001_obverse.jpg").stat().st_mtime_ns == kept


def test_a_killed_run_is_completed_by_the_next(gallery, tmp_path):
    folder = tmp_path / "g"
    code = f"""
from pathlib import Path
from pinakes.samples.gallery import generate_gallery
generate_gallery(Path({str(folder)!r}), {SIZE}, seed=4, workers=1)
"""
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    while len(list(folder.glob("images/*.jpg"))) < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "items.jsonl").exists()
    resumed = generate_gallery(folder, SIZE, seed=4, workers=1)
    assert 0 < resumed.drawn <= resumed.pictures - 6
    assert contents(folder) == contents(gallery.folder)


def test_settings_that_somebody_changed_are_kept(tmp_path):
    generate_gallery(tmp_path, 1, workers=1)
    path = tmp_path / "pinakes.toml"
    path.write_text(path.read_text().replace("Sample gallery", "Mine"))
    generate_gallery(tmp_path, 2, workers=1)
    assert load_settings(tmp_path).name == "Mine"


def test_progress_ends_with_all_items(tmp_path):
    seen = []
    generate_gallery(tmp_path, 25, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 25), (20, 25), (25, 25)]


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"")
    with pytest.raises(SourceError, match="not empty and is not a sample gallery"):
        generate_gallery(tmp_path, 1, workers=1)
    assert [p.name for p in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_file_is_refused(tmp_path):
    path = tmp_path / "gallery"
    path.write_text("")
    with pytest.raises(SourceError, match="is a file"):
        generate_gallery(path, 1, workers=1)


def test_a_gallery_of_another_seed_is_refused(tmp_path):
    generate_gallery(tmp_path, 1, seed=1, workers=1)
    before = contents(tmp_path)
    with pytest.raises(SourceError, match="seed 1, not of recipe 1 and seed 2"):
        generate_gallery(tmp_path, 1, seed=2, workers=1)
    assert contents(tmp_path) == before


def test_a_marker_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "gallery.json").write_text("[]")
    with pytest.raises(SourceError, match="cannot be read"):
        generate_gallery(tmp_path, 1, workers=1)


@pytest.mark.parametrize(("size", "seed", "workers"), [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_values_out_of_range_are_refused(tmp_path, size, seed, workers):
    with pytest.raises(UsageError, match="size >= 1"):
        generate_gallery(tmp_path, size, seed=seed, workers=workers)
    assert list(tmp_path.iterdir()) == []
