from pinakes.catalog.database import Database
from pinakes.catalog.events import read_events, record_event


def test_events_are_read_in_order_by_kind_and_from_where_one_stopped(catalog: Database) -> None:
    with catalog.write() as connection:
        for kind, id in [("delete", "a"), ("publish", "v1"), ("delete", "b")]:
            record_event(connection, kind, {"id": id})
    with catalog.read() as connection:
        everything = read_events(connection)
        assert [event.detail["id"] for event in everything] == ["a", "v1", "b"]
        assert [event.detail["id"] for event in read_events(connection, kind="delete")] == ["a", "b"]
        assert [event.detail["id"] for event in read_events(connection, after=everything[0].id)] == [
            "v1",
            "b",
        ]
        assert [event.detail["id"] for event in read_events(connection, limit=1)] == ["a"]
    assert everything[0].at <= everything[2].at
