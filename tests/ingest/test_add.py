import hashlib
import math
import os
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from toy_encoder import MeanColour, MemoryCache
from workbench import ListSource, World, dump, quarantine_of

from pinakes.catalog.files import read_files
from pinakes.catalog.items import count_items
from pinakes.catalog.runs import INTERRUPTED, RunState, list_runs, start_run
from pinakes.errors import SourceError, StorageError
from pinakes.ingest.add import add_records, upsert_records
from pinakes.ingest.report import AddReport, PictureCounts
from pinakes.sources.base import Record, Rejection
from pinakes.types import Rights


def ids(world: World) -> list[str]:
    return [stored.item.id for stored in dump(world.database)["items"]]


def counts(report: AddReport) -> tuple[int, ...]:
    """Return (added, updated, unchanged, quarantined, vanished)."""
    assert report.balanced
    return report.added, report.updated, report.unchanged, report.quarantined, report.vanished


def test_items_views_media_and_features_are_stored(world: World) -> None:
    data = world.paint("a.bmp", red=200, size=(40, 30)).read_bytes()
    world.paint("b.bmp", green=100)
    rights = Rights(license="cc0")
    values = {"price": 9.5, "made": date(2020, 2, 3), "tags": ("x", "y")}
    report = world.add(
        world.record("one", "a.bmp", "b.bmp", title="One", text="words", attributes=values, rights=rights),
        world.record("two", "b.bmp"),
    )
    assert counts(report) == (2, 0, 0, 0, 0)
    assert report.pictures == PictureCounts(decoded=3)
    state = dump(world.database)
    one, two = (stored.item for stored in state["items"])
    digest = hashlib.sha256(data).hexdigest()
    assert (one.title, one.text, one.attributes, one.rights) == ("One", "words", values, rights)
    assert [(view.role, view.uri) for view in one.views] == [("view:0", "a.bmp"), ("view:1", "b.bmp")]
    assert (one.views[0].media, one.views[0].width, one.views[0].height) == (digest, 40, 30)
    assert two.views[0].media == one.views[1].media
    assert set(state["media"]) == {digest, two.views[0].media}
    assert (state["media"][digest].bytes, state["media"][digest].format) == (len(data), "BMP")
    # the unit vector of (200, 0, 0, 1)
    expected = np.array([200, 0, 0, 1]) / math.sqrt(40_001)
    np.testing.assert_allclose(world.cache.features[digest, "mean-colour"], expected, atol=1e-7)


def test_a_second_run_changes_nothing_and_decodes_nothing(world: World) -> None:
    world.paint("a.bmp")
    record = world.record("one", "a.bmp", title="One")
    world.add(record)
    before = dump(world.database)
    report = world.add(record)
    assert counts(report) == (0, 0, 1, 0, 0)
    assert report.pictures == PictureCounts(unchanged=1)
    assert world.encoder.encoded == 1
    assert dump(world.database) == before


def test_a_changed_picture_is_an_update_also_when_size_and_mtime_stay(world: World) -> None:
    path = world.paint("a.bmp", red=1)
    os.utime(path, ns=(10**18, 10**18))
    record = world.record("one", "a.bmp")
    world.add(record)
    (old,) = dump(world.database)["media"]
    size = path.stat().st_size
    world.paint("a.bmp", red=2)
    os.utime(path, ns=(10**18, 10**18))
    assert path.stat().st_size == size
    assert counts(world.add(record)) == (0, 1, 0, 0, 0)
    (new,) = dump(world.database)["media"]
    assert old != new == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_changed_just_now_is_not_trusted(world: World) -> None:
    path = world.paint("a.bmp")
    record = world.record("one", "a.bmp")
    changed = max(path.stat().st_mtime_ns, path.stat().st_ctime_ns)
    for _ in range(2):
        report = world.add(record, clock=lambda: changed + 1_900_000_000)
        assert report.pictures == PictureCounts(decoded=1)
    with world.database.read() as connection:
        assert read_files(connection, ["a.bmp"]) == {}
    assert world.add(record, clock=lambda: changed + 2_100_000_000).pictures == PictureCounts(decoded=1)
    assert world.add(record).pictures == PictureCounts(unchanged=1)


def test_changed_words_and_live_attributes_are_updates(world: World) -> None:
    record = world.record("one", title="One", attributes={"price": 1.0})
    world.add(record)
    (before,) = dump(world.database)["items"]
    dearer = replace(record, attributes={"price": 2.0})
    assert counts(world.add(dearer)) == (0, 1, 0, 0, 0)
    (after,) = dump(world.database)["items"]
    assert after.item.attributes == {"price": 2.0}
    assert after.content_hash == before.content_hash  # price is live
    assert counts(world.add(replace(dearer, title="Uno"))) == (0, 1, 0, 0, 0)


def test_the_order_of_the_source_changes_nothing(world: World) -> None:
    records = [world.record(str(number), title="x") for number in range(600)]
    world.add(*records)
    before = dump(world.database)
    assert counts(world.add(*reversed(records))) == (0, 0, 600, 0, 0)
    assert dump(world.database) == before


def test_a_picture_that_is_none_leaves_the_others_and_a_reason(world: World) -> None:
    world.paint("good.bmp")
    world.spoil("bad.bmp")
    report = world.add(world.record("one", "bad.bmp", "good.bmp", "gone.bmp", title="One"))
    assert counts(report) == (1, 0, 0, 0, 0)
    assert report.pictures == PictureCounts(decoded=1, refused=1, missing=1)
    (stored,) = dump(world.database)["items"]
    assert [view.uri for view in stored.item.views] == ["good.bmp"]
    bad, gone = quarantine_of(world.database)
    assert (bad.place, bad.item_id, bad.uri) == ("row one", "one", "bad.bmp")
    assert bad.reason in ("not_a_picture", "undecodable", "truncated")
    assert (gone.item_id, gone.uri, gone.reason) == ("one", "gone.bmp", "unreadable")
    assert "No such file" in gone.detail


def test_a_refused_picture_is_not_tried_again_until_it_changes(world: World) -> None:
    world.spoil("a.bmp")
    record = world.record("one", "a.bmp", title="One")
    world.add(record)
    before = quarantine_of(world.database)
    calls: list[str] = []
    report = world.add(record, report=lambda stage, done, total: calls.append(stage))
    assert calls == ["items"]  # no picture was decoded
    assert report.pictures == PictureCounts(refused=1)
    assert quarantine_of(world.database) == before
    world.paint("a.bmp")
    assert counts(world.add(record)) == (0, 1, 0, 0, 0)
    assert quarantine_of(world.database) == []


def test_an_item_of_which_nothing_is_left_is_quarantined_and_its_old_state_stays(world: World) -> None:
    world.paint("a.bmp")
    record = world.record("one", "a.bmp")
    world.add(record)
    world.spoil("a.bmp")
    report = world.add(record)
    assert counts(report) == (0, 0, 0, 1, 1)
    assert [entry.reason for entry in quarantine_of(world.database)][1] == "nothing_left"
    assert ids(world) == ["one"]
    assert counts(world.add(record, prune=True)) == (0, 0, 0, 1, 1)
    assert ids(world) == ["one"]  # a source that gives nothing at all is broken, not empty
    assert counts(world.add(record, world.record("two", title="x"), prune=True)) == (1, 0, 0, 1, 1)
    assert ids(world) == ["two"]


def test_an_item_that_is_only_a_picture_is_nothing_without_it(world: World) -> None:
    world.spoil("a.bmp")
    record = replace(world.record("one", "a.bmp", title="a"), only_pictures=True)
    assert counts(world.add(record)) == (0, 0, 0, 1, 0)
    (only,) = quarantine_of(world.database)  # once, with the reason of the picture
    assert (only.item_id, only.uri, only.reason) == ("one", "a.bmp", "not_a_picture")
    assert ids(world) == []
    world.paint("a.bmp")
    assert counts(world.add(record)) == (1, 0, 0, 0, 0)
    assert quarantine_of(world.database) == []


def test_a_picture_behind_an_address_is_missing(world: World) -> None:
    remote = replace(world.ref("a.bmp"), uri="https://example.org/a.bmp", path=None)
    report = world.add(replace(world.record("one", title="One"), pictures=(remote,)))
    assert report.pictures == PictureCounts(missing=1, remote=1)
    (entry,) = quarantine_of(world.database)
    assert (entry.reason, entry.uri) == ("not_local", "https://example.org/a.bmp")


def test_what_the_source_rejects_and_leaves_out_is_quarantined(world: World) -> None:
    row = Rejection("t.csv:2", "missing_id", "the column 'id' is empty")
    value = Rejection("t.csv:3", "wrong_type", "'soon' is no date", "one", field="made")
    outside = Rejection("t.csv:3", "outside_source", "../x.bmp", "one", uri="../x.bmp")
    report = world.add(row, world.record("one", title="One", left_out=(value, outside)))
    assert report.read == 2
    assert counts(report) == (1, 0, 0, 1, 0)
    assert report.pictures == PictureCounts(missing=1)
    entries = quarantine_of(world.database)
    assert [(entry.place, entry.reason, entry.item_id, entry.field) for entry in entries] == [
        ("t.csv:2", "missing_id", None, None),
        ("t.csv:3", "wrong_type", "one", "made"),
        ("t.csv:3", "outside_source", "one", None),
    ]
    assert counts(world.add(world.record("one", title="One"))) == (0, 0, 1, 0, 0)
    assert quarantine_of(world.database) == []


def test_of_a_repeated_id_the_first_is_kept_however_far_apart(world: World) -> None:
    world.paint("a.bmp")
    first = world.record("same", title="first")
    near = world.record("same", title="near")
    far = world.record("same", "a.bmp", title="far")
    others = [world.record(str(number), title="x") for number in range(300)]
    report = world.add(first, near, *others, far)
    assert counts(report) == (301, 0, 0, 2, 0)
    state = dump(world.database)
    assert [stored.item.title for stored in state["items"] if stored.item.id == "same"] == ["first"]
    assert state["media"] == {}  # the picture of the refused record is no medium of the collection
    assert [entry.reason for entry in state["quarantine"]] == ["repeated_id", "repeated_id"]


def test_vanished_items_are_counted_and_deleted_only_with_prune(world: World) -> None:
    world.paint("a.bmp")
    world.add(world.record("one", title="One"), world.record("two", "a.bmp"))
    kept = world.record("one", title="One")
    assert counts(world.add(kept)) == (0, 0, 1, 0, 1)
    assert ids(world) == ["one", "two"]
    report = world.add(kept, prune=True)
    assert (report.vanished, report.pruned) == (1, 1)
    assert ids(world) == ["one"]
    assert dump(world.database)["media"] == {}


def test_prune_goes_past_one_transaction(world: World) -> None:
    world.add(*(world.record(str(number), title="x") for number in range(1100)))
    assert world.add(world.record("7", title="x"), prune=True).pruned == 1099
    assert ids(world) == ["7"]


def test_a_new_encoder_decodes_again_and_changes_no_item(world: World) -> None:
    world.paint("a.bmp")
    record = world.record("one", "a.bmp")
    world.add(record)
    world.encoder = MeanColour("mean-colour-2")
    report = world.add(record)
    assert counts(report) == (0, 0, 1, 0, 0)
    assert report.pictures == PictureCounts(decoded=1)
    assert {fingerprint for _, fingerprint in world.cache.features} == {"mean-colour", "mean-colour-2"}


def test_brought_vectors_are_unit_float32_named_by_their_bytes(world: World) -> None:
    vector = np.array([3.0, 4.0], dtype=np.float32)
    record = world.record("one", vectors={"clip": vector})
    assert counts(world.add(record)) == (1, 0, 0, 0, 0)
    (stored,) = dump(world.database)["items"]
    expected = hashlib.sha256(np.array([0.6, 0.8], dtype="<f4").tobytes()).hexdigest()
    assert stored.item.vectors == {"clip": expected}
    np.testing.assert_array_equal(
        world.cache.features[expected, "vector:clip"], np.array([0.6, 0.8], dtype=np.float32)
    )
    twice = replace(record, vectors={"clip": vector * 2})
    assert counts(world.add(twice)) == (0, 0, 1, 0, 0)  # the same direction
    assert counts(world.add(replace(record, vectors={"clip": -vector}))) == (0, 1, 0, 0, 0)


def test_no_more_than_a_batch_is_encoded_at_once_and_every_picture_once(world: World) -> None:
    for number in range(70):
        world.paint(f"{number}.bmp", red=number)
    report = world.add(*(world.record(str(number), f"{number}.bmp") for number in range(70)))
    assert report.pictures == PictureCounts(decoded=70)
    assert world.encoder.encoded == 70
    for stored in dump(world.database)["items"]:
        (view,) = stored.item.views
        red = world.cache.features[view.media, "mean-colour"]
        number = int(stored.item.id)
        np.testing.assert_allclose(red, np.array([number, 0, 0, 1]) / math.hypot(number, 1), atol=1e-6)


class BrokenCache(MemoryCache):
    def put_many(self, features: object, fingerprint: str) -> None:
        raise StorageError("no space left")


def test_no_item_is_stored_before_its_features(world: World) -> None:
    world.paint("a.bmp")
    world.cache = BrokenCache()
    with pytest.raises(StorageError):
        world.add(world.record("one", "a.bmp"))
    assert ids(world) == []
    with world.database.read() as connection:
        (run,) = list_runs(connection)
    assert (run.state, run.detail) == (RunState.FAILED, "StorageError: no space left")
    world.cache = MemoryCache()
    assert counts(world.add(world.record("one", "a.bmp"))) == (1, 0, 0, 0, 0)


def test_a_source_that_breaks_off_keeps_what_was_committed_and_prunes_nothing(world: World) -> None:
    world.add(world.record("old", title="Old"))
    records = [world.record(f"{number:03}", title="x") for number in range(300)]
    with pytest.raises(SourceError):
        world.add(*records, SourceError("the share is gone"), prune=True)
    with world.database.read() as connection:
        assert count_items(connection) == 257  # one chunk of 256, and the one from before
        (run, _) = list_runs(connection)
    assert (run.state, run.detail) == (RunState.FAILED, "SourceError: the share is gone")
    assert run.counts["added"] == 256
    assert counts(world.add(*records)) == (44, 0, 256, 0, 1)


def test_an_interrupted_run_is_marked_by_the_next(world: World) -> None:
    with world.database.write() as connection:
        start_run(connection, "index")
    add_records(world.ingest(), ListSource([world.record("one", title="One")]), verb="index")
    with world.database.read() as connection:
        done, dead = list_runs(connection)
    assert (done.state, done.counts["added"], done.counts["read"]) == (RunState.DONE, 1, 1)
    assert (dead.state, dead.detail) == (RunState.FAILED, INTERRUPTED)


def test_few_changes_among_many_items_are_found(world: World) -> None:
    """Chunks that need no decoding must not pile up behind one that does, nor overtake it."""
    records: list[Record] = [world.record(f"{number:04}", title="x") for number in range(5000)]
    world.add(*records)
    world.paint("a.bmp")
    world.paint("b.bmp")
    records[0] = world.record("0000", "a.bmp", title="x")
    records[2600] = world.record("2600", "b.bmp", title="x")
    assert counts(world.add(*records)) == (0, 2, 4998, 0, 0)


def test_upsert_leaves_all_others_alone(world: World) -> None:
    world.spoil("a.bmp")
    world.add(world.record("one", "a.bmp", title="One"), world.record("two", title="Two"))
    report = upsert_records(
        world.ingest(), [world.record("two", title="Deux"), world.record("three", title="3")]
    )
    assert counts(report) == (1, 1, 0, 0, 0)
    assert ids(world) == ["one", "three", "two"]
    assert len(quarantine_of(world.database)) == 1  # of item one, as before


def test_no_pictures_at_all_need_no_encoder(world: World) -> None:
    ingest = replace(world.ingest(), encoders={})
    assert counts(add_records(ingest, ListSource([world.record("one", title="One")]))) == (1, 0, 0, 0, 0)
    world.paint("a.bmp")
    report = add_records(ingest, ListSource([world.record("one", "a.bmp", title="One")]))
    assert report.pictures == PictureCounts(decoded=1)
