import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from pinakes.catalog.database import Database, open_catalog
from pinakes.catalog.inbox import (
    Fate,
    InboxState,
    Op,
    claim_changes,
    count_waiting,
    forget_settled,
    put_changes,
    read_fate,
    settle_changes,
)


def put_one(connection: sa.Connection, op: Op, payload: dict[str, str]) -> int:
    return put_changes(connection, [(op, json.dumps(payload))])[0]


def test_several_changes_are_numbered_in_their_order(catalog: Database) -> None:
    with catalog.write() as connection:
        assert put_changes(connection, []) == ()
        ids = put_changes(connection, [(Op.DELETE, json.dumps({"id": f"i{n}"})) for n in range(1500)])
        assert list(ids) == sorted(ids)
        claimed = claim_changes(connection, "run 1", limit=2000)
    assert [(change.id, change.payload["id"]) for change in claimed] == [
        (id, f"i{n}") for n, id in enumerate(ids)
    ]


def test_changes_are_claimed_once_in_the_order_they_came(catalog: Database) -> None:
    with catalog.write() as connection:
        first = put_one(connection, Op.UPSERT, {"id": "a"})
        second = put_one(connection, Op.DELETE, {"id": "a"})
        third = put_one(connection, Op.DELETE, {"id": "b"})
    with catalog.write() as connection:
        claimed = claim_changes(connection, "run 1", limit=2)
        assert [(c.id, c.op, c.payload) for c in claimed] == [
            (first, Op.UPSERT, {"id": "a"}),
            (second, Op.DELETE, {"id": "a"}),
        ]
        assert [c.id for c in claim_changes(connection, "run 1")] == [third]
        assert claim_changes(connection, "run 1") == []


def test_settled_changes_are_not_claimed_again_and_say_what_became_of_them(catalog: Database) -> None:
    with catalog.write() as connection:
        good = put_one(connection, Op.UPSERT, {"id": "a"})
        bad = put_one(connection, Op.UPSERT, {"id": "b"})
        waiting = put_one(connection, Op.DELETE, {"id": "c"})
        first, second = claim_changes(connection, "run 1", limit=2)
        settle_changes(connection, [first], InboxState.DONE)
        settle_changes(connection, [second], InboxState.REFUSED, "it has no price")
    with catalog.read() as connection:
        assert read_fate(connection, good) == Fate("a", InboxState.DONE, None)
        assert read_fate(connection, bad) == Fate("b", InboxState.REFUSED, "it has no price")
        assert read_fate(connection, waiting) == Fate("c", InboxState.WAITING, None)
        assert read_fate(connection, waiting + 1) is None
        assert count_waiting(connection) == 1
    with catalog.write() as connection:
        assert [c.id for c in claim_changes(connection, "run 2")] == [waiting]


def test_what_became_of_changes_long_ago_is_forgotten_but_none_that_waits(catalog: Database) -> None:
    with catalog.write() as connection:
        waiting = put_one(connection, Op.DELETE, {"id": "a"})
        ids = [put_one(connection, Op.DELETE, {"id": f"i{n}"}) for n in range(5)]
        settle_changes(connection, claim_changes(connection, "run 1")[1:], InboxState.DONE)
        forget_settled(connection, keep=2)
        known = [id for id in [waiting, *ids] if read_fate(connection, id) is not None]
        assert known == [waiting, *ids[-2:]]


CLAIM_AND_DIE = """
import os, signal, sys
from pathlib import Path
from pinakes.catalog.database import open_catalog
from pinakes.catalog.inbox import Op, claim_changes, put_changes
database = open_catalog(Path(sys.argv[1]))
with database.write() as connection:
    put_changes(connection, [(Op.DELETE, '{"id": "a"}')])
with database.write() as connection:
    assert len(claim_changes(connection, "the one that dies")) == 1
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_dead_process_claimed_is_claimed_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    died = subprocess.run([sys.executable, "-c", CLAIM_AND_DIE, str(path)], check=False, env=dict(os.environ))
    assert died.returncode == -signal.SIGKILL
    database = open_catalog(path)
    with database.write() as connection:
        assert [c.payload for c in claim_changes(connection, "the next one")] == [{"id": "a"}]
    database.close()
