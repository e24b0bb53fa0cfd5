import json
import os
import threading
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import pinakes
from pinakes.catalog.lease import writer_lease
from pinakes.collection import Collection
from pinakes.errors import (
    GateError,
    LockedError,
    SettingsError,
    SourceError,
    UnknownNameError,
    UsageError,
    WithheldError,
)
from pinakes.ingest import freeze
from pinakes.ingest.inbox import Inbox, deletion, upsert
from pinakes.media.originals import Originals
from pinakes.snapshots.backup import restore
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.refs import read_ref
from pinakes.sources.base import Record


def rewrite(folder, change):
    """Change the records of the gallery's table: ``change`` returns what a record becomes, or None."""
    path = Path(folder) / "items.jsonl"
    records = [change(json.loads(line)) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(r) + "\n" for r in records if r is not None))


def renamed(record):
    return {**record, "title": "Quite another thing"} if record["id"] == "coin-0001" else record


def without_first_coin(record):
    return None if record["id"] == "coin-0001" else record


def test_a_folder_of_pictures_becomes_a_collection(gallery, tmp_path):
    pictures = tmp_path / "plain"
    pictures.mkdir()
    for picture in sorted((gallery / "images").glob("flower-*"))[:5]:
        (pictures / picture.name).write_bytes(picture.read_bytes())
    report = pinakes.index(pictures)
    assert (report.add.added, report.freeze.kind, report.folder) == (5, "base", pictures)
    assert (pictures / "pinakes.toml").exists()
    with pinakes.open(pictures) as engine:
        assert len(engine) == 5
        assert engine.search(image=pictures / "flower-0001_front.jpg")[0].uri == "flower-0001_front.jpg"


def test_a_second_index_changes_nothing(gallery):
    before = read_ref(Collection(gallery).paths, "live")
    time.sleep(2.1)  # a file that changed less than two seconds ago is read again, as it may change once more
    pinakes.index(gallery)
    report = pinakes.index(gallery)
    assert (report.freeze.kind, report.add.unchanged, report.add.pictures.decoded) == ("nothing", 60, 0)
    assert read_ref(Collection(gallery).paths, "live") == before


def test_a_change_becomes_a_delta_that_answers(gallery):
    rewrite(gallery, renamed)
    report = pinakes.index(gallery)
    assert (report.add.updated, report.freeze.kind, report.freeze.snapshot) == (1, "delta", "v0001+d0001")
    with pinakes.open(gallery) as engine:
        assert engine.search("quite another thing")[0].id == "coin-0001"
        assert len(engine) == 60


def test_delta_and_new_base_answer_alike(gallery):
    """Base and delta rank exactly as one new base does: same hits, same scores."""
    rewrite(gallery, renamed)
    pinakes.index(gallery)

    def answers():
        with pinakes.open(gallery) as engine:
            found = [
                engine.search("gold coin with a portrait", top=20),
                engine.search(like="coin-0003", top=20),
                engine.search("striped", where="family = 'garment'", top=20),
                engine.search(image=gallery / "images/coin-0001_obverse.jpg", top=20),
            ]
        return [[(hit.id, hit.score) for hit in results] for results in found]

    with_delta = answers()
    frozen = Collection(gallery).compact()
    assert (frozen.kind, frozen.snapshot) == ("base", "v0002")
    assert answers() == with_delta


def test_what_vanished_stays_until_it_is_pruned(gallery):
    rewrite(gallery, without_first_coin)
    report = pinakes.index(gallery)
    assert (report.add.vanished, report.add.pruned, report.freeze.kind) == (1, 0, "nothing")
    report = pinakes.index(gallery, prune=True)
    assert (report.add.pruned, report.freeze.kind, report.freeze.removed) == (1, "delta", 1)
    with pinakes.open(gallery) as engine:
        assert len(engine) == 59
        assert "coin-0001" not in engine.search(where="family = 'coin'", top=60).ids


def test_a_moved_picture_is_found_where_it_is_now(gallery):
    def moved(record):
        return {**record, "front": "images/moved.jpg"} if record["id"] == "flower-0001" else record

    (gallery / "images/flower-0001_front.jpg").rename(gallery / "images/moved.jpg")
    rewrite(gallery, moved)
    report = pinakes.index(gallery)
    assert (report.freeze.kind, report.freeze.changed) == ("delta", 1)
    with pinakes.open(gallery) as engine:
        assert engine.search("flower-0001")[0].uri == "images/moved.jpg"
        assert engine.thumbnail("flower-0001")


def test_live_attributes_change_without_a_snapshot(gallery):
    def priced(record):
        return {**record, "price": 12345.0} if record["id"] == "garment-0001" else record

    rewrite(gallery, priced)
    report = pinakes.index(gallery)
    assert report.freeze.kind == "nothing"
    with pinakes.open(gallery) as engine:
        assert engine.search(where="price > 10000").ids == ("garment-0001",)


def test_add_and_delete(gallery, tmp_path):
    new = tmp_path / "more.jsonl"
    record = {"id": "coin-9999", "title": "A drachm of Atlantis", "family": "coin"}
    new.write_text(json.dumps({**record, "date_added": "2024-05-01", "synthetic": True}) + "\n")
    collection = Collection(gallery)
    assert collection.add(str(new)).add.added == 1
    with pinakes.open(gallery) as engine:
        assert engine.search("atlantis").ids == ("coin-9999",)
    deleted = collection.delete(["coin-9999", "no-such-coin"])
    assert deleted.deleted == ("coin-9999",)
    with pinakes.open(gallery) as engine:
        assert engine.search("atlantis").ids == ()


def test_add_takes_a_data_frame_and_leaves_no_file(gallery):
    collection = Collection(str(gallery))
    before = set(gallery.iterdir())
    known = pl.read_ndjson(gallery / "items.jsonl").filter(pl.col("id") == "coin-0001")
    other = {"id": pl.lit("coin-9998"), "title": pl.lit("A stater of Lyonesse")}
    assert collection.add(known.with_columns(**other)).add.added == 1
    with pytest.raises(SourceError, match="a int is no table"):
        collection.add(7)
    assert set(gallery.iterdir()) == before
    with pinakes.open(gallery) as engine:
        assert engine.search("lyonesse").ids == ("coin-9998",)


def test_rollback_serves_the_release_before(gallery):
    first = read_ref(Collection(gallery).paths, "live").release.id
    rewrite(gallery, renamed)
    second = pinakes.index(gallery).release
    assert second != first
    assert Collection(gallery).rollback().id == first
    with pinakes.open(gallery) as engine:
        assert engine.item("coin-0001").title != "quite another thing"
        assert engine.release.id == first


def test_blocked_items_are_gone_at_once_and_from_every_release(gallery):
    with pinakes.open(gallery) as engine:
        before = engine.search(like="coin-0002", top=60).ids
        Collection(gallery).block(["coin-0001"], "taken down")
        engine.refresh()
        assert engine.search(like="coin-0002", top=60).ids == tuple(i for i in before if i != "coin-0001")
        ids, vectors = engine.vectors("picture")
        assert "coin-0002" in ids and "coin-0001" not in ids and len(vectors) == len(ids)
        assert engine.search("coin-0001", where="family = 'coin'").ids[:1] != ("coin-0001",)
        with pytest.raises(WithheldError, match="item 'coin-0001' may not be shown"):
            engine.search(like="coin-0001")
        with pytest.raises(UnknownNameError) as error:
            engine.search(like="coin-001")
        assert error.value.known and "coin-0001" not in error.value.known


def test_a_takedown_does_not_wait_for_the_settings_to_be_right(gallery):
    (Path(gallery) / "pinakes.toml").write_text("[search\n")
    assert Collection(gallery).block(["coin-0001"], "taken down") == {"coin-0001"}
    assert Collection(gallery).unblock(["coin-0001"]) == set()
    assert Collection(gallery).verify().ok
    with pytest.raises(SettingsError, match="not valid TOML"):
        Collection(gallery).rollback()


def test_a_failed_gate_publishes_nothing(gallery):
    settings = (gallery / "pinakes.toml").read_text()
    (gallery / "pinakes.toml").write_text(
        settings.replace(
            '[attributes.glass]\ntype = "string"', '[attributes.glass]\ntype = "string"\ncoverage = 0.9'
        )
    )
    before = read_ref(Collection(gallery).paths, "live").release.id
    rewrite(gallery, renamed)
    with pytest.raises(GateError, match=r"coverage\.glass"):
        Collection(gallery).compact()
    assert read_ref(Collection(gallery).paths, "live").release.id == before
    frozen = Collection(gallery).compact(waive=("coverage.glass",))
    assert [g.name for g in frozen.gates if g.waived] == ["coverage.glass"]


def test_two_folders_give_one_content_hash_and_the_same_vectors(pristine, tmp_path):
    again = tmp_path / "elsewhere"
    again.mkdir()
    for name in ("items.jsonl", "pinakes.toml"):
        (again / name).write_bytes((pristine / name).read_bytes())
    (again / "images").symlink_to(pristine / "images")
    pinakes.index(again)
    one, other = (open_snapshot(Collection(f).paths, "v0001") for f in (pristine, again))
    assert one.manifest.content_hash == other.manifest.content_hash
    assert np.array_equal(one.vectors("picture"), other.vectors("picture"))
    assert one.manifest.encoders["picture"].fingerprint == other.manifest.encoders["picture"].fingerprint


def test_a_flipped_byte_is_found(gallery):
    paths = Collection(gallery).paths
    assert Collection(gallery).verify().ok
    vectors = paths.snapshot("v0001").vectors("picture")
    vectors.chmod(0o644)
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(bytes(data))
    report = Collection(gallery).verify()
    assert not report.ok
    assert any("picture.npy" in problem for problem in report.problems)


def test_backup_and_restore_answer_alike(gallery, tmp_path):
    Collection(gallery).backup(tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "copy")
    with pinakes.open(gallery) as one, pinakes.open(tmp_path / "copy") as other:
        assert one.release.id == other.release.id
        assert [(h.id, h.score) for h in one.search("coin")] == [
            (h.id, h.score) for h in other.search("coin")
        ]


def test_prune_keeps_what_is_served_and_what_is_read(gallery):
    collection = Collection(gallery)
    rewrite(gallery, renamed)
    pinakes.index(gallery)
    for _ in range(3):
        collection.compact()
    with pinakes.open(gallery) as engine:
        assert collection.prune(1).removed == ("v0001", "v0001+d0001", "v0002", "v0003")
        assert len(engine.search("coin")) == 10


def test_prune_removes_pictures_that_nothing_shows(gallery):
    collection = Collection(gallery)
    with pinakes.open(gallery) as engine:
        shown = engine.item("coin-0001").views[0].media
        engine.thumbnail("coin-0001")
        engine.picture("coin-0001")
    stray, fresh = Originals(collection.paths.media).keep(b"gone"), collection.paths.media / "fr" / ("f" * 64)
    fresh.parent.mkdir()
    fresh.write_bytes(b"its change comes in a moment")
    for path in collection.paths.media.glob("??/*"):
        if path != fresh:
            os.utime(path, (0, 0))
    pruned = collection.prune()
    assert (pruned.pictures, pruned.bytes) == (1, 4)
    assert not stray.exists()
    assert fresh.exists()
    assert len(list((collection.paths.media / shown[:2]).glob(f"{shown}*.webp"))) == 2


def test_pictures_stay_as_long_as_a_kept_release_shows_them(gallery):
    collection = Collection(gallery)
    with pinakes.open(gallery) as engine:
        media = engine.item("coin-0001").views[0].media
        engine.thumbnail("coin-0001")
    (thumbnail,) = collection.paths.media.glob(f"??/{media}*")
    os.utime(thumbnail, (0, 0))
    collection.delete(["coin-0001"])
    assert collection.prune(2).pictures == 0
    collection.compact()
    assert collection.prune(1).pictures == 1
    assert not thumbnail.exists()


def test_a_source_in_which_all_is_refused_publishes_nothing(gallery, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(b"\xff\xd8 no picture")
    with pytest.raises(
        SourceError, match=r"none of the 3 entries of the source gave an item \(3 not_a_picture\)"
    ):
        pinakes.index(folder)
    assert Collection(folder).status().release is None
    assert len(Collection(folder).doctor().quarantine) == 3
    Image.new("RGB", (64, 64), "red").save(folder / "good.png")
    pinakes.index(folder, waive=("sample",))
    served = Collection(folder).status().release
    (folder / "good.png").write_bytes(b"")
    with pytest.raises(SourceError, match="what is served stays"):
        pinakes.index(folder, prune=True)
    assert Collection(folder).status().release == served
    with pinakes.open(folder) as engine:
        assert len(engine) == 1


@pytest.fixture
def gate(monkeypatch):
    """A gate that fails on a delta with the item ``bad``: one that no look at a single item foresees."""
    run_gates = freeze.run_gates

    def run(contents, *others):
        found = run_gates(contents, *others)
        bad = contents.parent is not None and "bad" in contents.items["id"]
        return (*found, GateResult("batch", "fail", 1, detail="it holds 'bad'")) if bad else found

    monkeypatch.setattr(freeze, "run_gates", run)


def table_of(folder, *ids, what="brass kettle"):
    path = folder / f"{what}.csv"
    path.write_text("".join(f"{line}\n" for line in ("id,title", *(f"{id},{what} {id}" for id in ids))))
    return path


@pytest.fixture
def cups(tmp_path):
    """A collection of sixty cups without pictures."""
    ids = [f"cup-{number}" for number in range(60)]
    return Collection(pinakes.index(table_of(tmp_path, *ids, what="tea cup"), tmp_path / "cups").folder)


def test_a_batch_that_a_gate_refuses_is_taken_back_whole(cups, gate, tmp_path):
    served = cups.status().release
    with pytest.raises(GateError, match="batch: it holds 'bad'"):
        cups.add(table_of(tmp_path, "bad", "cup-1", "good"))
    assert (cups.status().items, cups.status().release) == (60, served)
    assert cups.freeze().kind == "nothing"
    cups.add(table_of(tmp_path, "good"))
    with pinakes.open(cups.folder) as engine:
        assert engine.search("kettle").ids == ("good",)
        assert engine.item("cup-1").title == "tea cup cup-1"


def test_a_refused_change_of_the_inbox_stops_none_after_it(cups, gate):
    def ask(*asked):
        inbox = Inbox(cups.paths)
        inbox.accept(asked)
        inbox.close()

    ask(upsert(Record("", "bad", "brass kettle")), deletion("cup-1"))
    with pytest.raises(GateError):
        cups.drain()
    ask(upsert(Record("", "good", "brass kettle")))
    assert [change.payload["id"] for change in cups.drain().changes] == ["good"]
    with pinakes.open(cups.folder) as engine:
        assert engine.search("kettle").ids == ("good",)
        assert engine.item("cup-1").title == "tea cup cup-1"


def test_status_and_doctor(gallery):
    rewrite(gallery, lambda r: {**r, "family": "Coin"} if r["id"] == "coin-0001" else r)
    pinakes.index(gallery)
    status = Collection(gallery).status()
    assert (status.items, status.release, status.synthetic) == (
        60,
        "v0001+d0001-" + status.release[-8:],
        True,
    )
    report = Collection(gallery).doctor()
    assert report.problems == ()
    spellings = next(v.spellings for v in report.variants if v.attribute == "family")
    assert spellings == (("coin", 11), ("Coin", 1))


def test_near_duplicates_are_found_stored_and_collapsed(gallery):
    images = gallery / "images"
    with Image.open(images / "flower-0003_front.jpg") as image:
        small = image.convert("RGB").resize((image.width // 2, image.height // 2))
        cut = image.convert("RGB").crop((8, 8, image.width - 8, image.height - 8))
    small.save(images / "flower-0008_front.jpg", quality=80)
    cut.save(images / "flower-0009_front.jpg", quality=90)
    collection = Collection(gallery)
    pinakes.index(gallery)
    query = images / "flower-0003_front.jpg"
    with pinakes.open(gallery) as engine:
        before = engine.search(image=query, collapse="near", top=3)
        assert "pictures were not searched for near-duplicates yet" in before.notes[0]
        assert not any(family.items[0] == "flower-0003" for family in engine.duplicates().families)
        assert collection.find_duplicates() > 0
        assert collection.find_duplicates() == 0
        near = engine.search(image=query, collapse="near", top=3)
        assert (near[0].id, near.notes) == ("flower-0003", ())
        assert near[0].duplicates == {"flower-0008": "reencoded", "flower-0009": "edited"}
        assert engine.search(image=query, collapse="identical", top=3)[0].duplicates == {}
        assert engine.other_photos("flower-0009")[-1] == ("edited", "flower-0008")
        found = engine.duplicates()
        assert ("reencoded", ("flower-0003", "flower-0008")) in [(f.kind, f.items) for f in found.families]
        assert found.unseen == 0
        cut.rotate(1).save(images / "flower-0010_front.jpg", quality=90)
        pinakes.index(gallery)
        time.sleep(0.6)  # the engine looks for a new release every half second
        later = engine.search(image=query, collapse="near", top=3)
        assert later.notes[0].startswith("1 pictures")
        assert "flower-0008" in later[0].duplicates
    collection.find_duplicates()
    with pinakes.open(gallery) as engine:
        assert "flower-0010" in engine.search(image=query, collapse="near", top=3)[0].duplicates
    with pinakes.open(gallery) as engine, pytest.raises(UnknownNameError, match="unknown collapse 'far'"):
        engine.search("flower", collapse="far")


def test_a_data_frame(tmp_path):
    frame = pl.DataFrame({"id": ["a", "b"], "name": ["Red dress", "Blue hat"], "price": [10.0, 20.0]})
    report = pinakes.index(frame, tmp_path / "shop")
    assert report.add.added == 2
    with pinakes.open(tmp_path / "shop") as engine:
        assert engine.search("dress", where="price < 15").ids == ("a",)
    with pytest.raises(SourceError, match="into="):
        pinakes.index(frame)


def test_brought_vectors_become_a_space(tmp_path):
    vectors = np.eye(8, dtype=np.float32)
    frame = pl.DataFrame({"id": [f"i{n}" for n in range(8)], "vector": vectors})
    pinakes.index(frame, tmp_path / "v")
    with pinakes.open(tmp_path / "v") as engine:
        results = engine.search(vector=2.5 * vectors[3], top=2)
        assert (results[0].id, results[0].score, results.plan[0].signal) == ("i3", 1.0, "vector")
        ids, stored = engine.vectors("vector")
        assert ids == [f"i{n}" for n in range(8)]
        np.testing.assert_allclose(stored, vectors)


def test_a_second_writer_is_told_who_holds_the_lock(gallery):
    with writer_lease(Collection(gallery).paths.writer_lock, "index"):
        with pytest.raises(LockedError, match="index"):
            pinakes.index(gallery)
        with pinakes.open(gallery) as engine:  # readers are never blocked
            assert len(engine.search("coin")) == 10


def test_a_writer_waits_for_one_that_is_quick(gallery, tmp_path):
    holding = threading.Event()

    def drain():
        with writer_lease(Collection(gallery).paths.writer_lock, "drain"):
            holding.set()
            time.sleep(0.3)

    quick = threading.Thread(target=drain)
    quick.start()
    holding.wait()
    Collection(gallery).backup(tmp_path / "backup.tar")
    quick.join()
    assert (tmp_path / "backup.tar").exists()


def test_mistakes_are_said_plainly(gallery, tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        pinakes.index(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no pictures and no table"):
        pinakes.index(tmp_path / "empty")
    assert not (tmp_path / "empty/pinakes.toml").exists()
    with pytest.raises(SettingsError, match="not a collection"):
        Collection(tmp_path / "empty").verify()
    assert not (tmp_path / "empty/.pinakes").exists()
    with pytest.raises(SettingsError, match="is a collection already"):
        pinakes.index(gallery, id="title")
    with pytest.raises(SettingsError, match="is the collection of"):
        pinakes.index(tmp_path / "empty", gallery)
    with pytest.raises(UsageError, match="not the name of a snapshot"):
        Collection(gallery).publish("newest")
    with pytest.raises(UnknownNameError, match="v0007"):
        Collection(gallery).publish("v0007")
