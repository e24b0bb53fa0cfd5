from workbench import World, dump, quarantine_of

from pinakes.catalog.events import read_events
from pinakes.catalog.runs import RunState, list_runs
from pinakes.ingest.delete import delete_items
from pinakes.ingest.report import PictureCounts


def test_items_go_with_their_views_media_and_quarantine_and_an_event_says_why(world: World) -> None:
    world.paint("a.bmp", red=1)
    world.paint("b.bmp", red=2)
    world.spoil("c.bmp")
    records = [
        world.record("one", "a.bmp", "c.bmp"),
        world.record("two", "a.bmp", "b.bmp"),
        world.record("three", title="x"),
    ]
    world.add(*records)
    assert delete_items(world.database, ["two", "nobody", "one", "two"], "wrong owner") == ("two", "one")
    state = dump(world.database)
    assert [stored.item.id for stored in state["items"]] == ["three"]
    assert state["media"] == {}
    assert quarantine_of(world.database) == []
    with world.database.read() as connection:
        (event,) = read_events(connection, "delete")
        run = list_runs(connection)[0]
    assert event.detail == {"ids": ["two", "one"], "reason": "wrong owner", "run": run.id}
    assert (run.verb, run.state, run.counts) == ("delete", RunState.DONE, {"deleted": 2})
    # The source still has them: the next add brings them back.
    report = world.add(*records)
    assert (report.added, report.unchanged) == (2, 1)
    assert report.pictures == PictureCounts(decoded=3, refused=1)


def test_a_picture_that_another_item_shows_is_not_read_again(world: World) -> None:
    world.paint("a.bmp")
    one = world.record("one", "a.bmp")
    world.add(one, world.record("two", "a.bmp"))
    delete_items(world.database, ["two"], "test")
    assert world.add(one).pictures == PictureCounts(unchanged=1)


def test_nothing_to_delete_is_no_event(world: World) -> None:
    assert delete_items(world.database, ["nobody"], "test") == ()
    with world.database.read() as connection:
        assert read_events(connection) == []
