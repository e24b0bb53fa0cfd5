import os
from pathlib import Path

from pinakes.catalog.database import Database
from pinakes.catalog.files import KnownFile, Stat, forget_unused_files, put_files, read_files
from pinakes.catalog.items import PlacedItem, put_items
from pinakes.catalog.media import Medium, put_media
from pinakes.types import Item, View

READ = KnownFile("a.jpg", Stat(10, 2**62, 5), "a" * 64)
REFUSED = KnownFile("b.jpg", Stat(0, 1, 1), None, "undecodable", "not a picture")


def test_what_is_known_of_files(catalog: Database) -> None:
    with catalog.write() as connection:
        put_files(connection, [READ, REFUSED])
        put_files(connection, [])
    with catalog.read() as connection:
        assert read_files(connection, ["a.jpg", "b.jpg", "c.jpg"]) == {"a.jpg": READ, "b.jpg": REFUSED}


def test_new_knowledge_replaces_old(catalog: Database) -> None:
    new = KnownFile("a.jpg", Stat(11, 3, 4), None, "too_large", "11 bytes")
    with catalog.write() as connection:
        put_files(connection, [READ])
        put_files(connection, [new])
        assert read_files(connection, ["a.jpg"]) == {"a.jpg": new}


def test_only_files_that_no_view_shows_are_forgotten(catalog: Database) -> None:
    shown = Item("one", views=(View("front", "a" * 64, "a.jpg", 1, 1),))
    with catalog.write() as connection:
        put_media(connection, [Medium("a" * 64, 10, 1, 1, "JPEG", None)])
        put_items(connection, 1, [PlacedItem(shown, "row 1")])
        put_files(connection, [READ, REFUSED])
        forget_unused_files(connection, ["a.jpg", "b.jpg", "never.jpg"])
        assert read_files(connection, ["a.jpg", "b.jpg"]) == {"a.jpg": READ}


def test_a_file_settles_two_seconds_after_its_last_change() -> None:
    second = 1_000_000_000
    stat = Stat(1, mtime_ns=10 * second, ctime_ns=4 * second)
    assert not stat.settled(11 * second)
    assert not stat.settled(12 * second)
    assert stat.settled(12 * second + 1)
    # A copy keeps the old time of modification; the change of status tells that it is new.
    assert not Stat(1, mtime_ns=0, ctime_ns=10 * second).settled(11 * second)


def test_a_change_that_keeps_size_and_mtime_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.bmp"
    path.write_bytes(b"one")
    os.utime(path, ns=(1, 1))
    before = Stat.of(path.stat())
    other = tmp_path / "b.bmp"
    other.write_bytes(b"two")
    os.utime(other, ns=(1, 1))
    other.replace(path)
    after = Stat.of(path.stat())
    assert (before.size, before.mtime_ns) == (after.size, after.mtime_ns) == (3, 1)
    assert before != after
