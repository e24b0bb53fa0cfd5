import os
import signal
import subprocess
import sys
from pathlib import Path

from pinakes.catalog.database import Database, open_catalog
from pinakes.catalog.inbox import InboxState, Op, change_state, claim_changes, put_change, settle_changes


def test_changes_are_claimed_once_in_the_order_they_came(catalog: Database) -> None:
    with catalog.write() as connection:
        first = put_change(connection, Op.UPSERT, {"id": "a"})
        second = put_change(connection, Op.DELETE, {"id": "a"})
        third = put_change(connection, Op.DELETE, {"id": "b"})
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
        good = put_change(connection, Op.UPSERT, {"id": "a"})
        bad = put_change(connection, Op.UPSERT, {"id": ""})
        waiting = put_change(connection, Op.DELETE, {"id": "c"})
        claim_changes(connection, "run 1", limit=2)
        settle_changes(connection, [good], InboxState.DONE)
        settle_changes(connection, [bad], InboxState.REFUSED, "an id must not be empty")
    with catalog.read() as connection:
        assert change_state(connection, good) == (InboxState.DONE, None)
        assert change_state(connection, bad) == (InboxState.REFUSED, "an id must not be empty")
        assert change_state(connection, waiting) == (InboxState.WAITING, None)
        assert change_state(connection, waiting + 1) is None
    with catalog.write() as connection:
        assert [c.id for c in claim_changes(connection, "run 2")] == [waiting]


CLAIM_AND_DIE = """
import os, signal, sys
from pathlib import Path
from pinakes.catalog.database import open_catalog
from pinakes.catalog.inbox import Op, claim_changes, put_change
database = open_catalog(Path(sys.argv[1]))
with database.write() as connection:
    put_change(connection, Op.DELETE, {"id": "a"})
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
