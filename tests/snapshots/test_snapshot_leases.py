import subprocess
import sys

import numpy as np
import pytest
from small_snapshots import base_contents, delta_contents

from pinakes.errors import IntegrityError, UnknownNameError, UsageError
from pinakes.snapshots.layout import (
    CollectionPaths,
    SnapshotName,
    list_leases,
    list_snapshots,
    next_base,
    next_delta,
)
from pinakes.snapshots.leases import hold_leases, prune
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.refs import publish, rollback
from pinakes.snapshots.release import make_release
from pinakes.snapshots.writer import write_snapshot

HOLDER = """
import sys
from pathlib import Path
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.leases import hold_leases
with hold_leases(CollectionPaths(Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def five(paths: CollectionPaths) -> CollectionPaths:
    """Bases v0001 to v0005, each published in turn, and a delta on the third that never was."""
    for number in range(1, 6):
        name = f"v{number:04d}"
        write_snapshot(paths, base_contents(name))
        publish(paths, "live", make_release(paths, [name], {}, {}), "new")
    write_snapshot(paths, delta_contents("v0003+d0001", "v0003"))
    return paths


def names(paths: CollectionPaths) -> list[str]:
    return [str(name) for name in list_snapshots(paths)]


def test_prune_keeps_the_last_three_releases(five: CollectionPaths) -> None:
    for name in ("v0001", "v0003", "v0099"):
        five.index(name, "picture").mkdir(parents=True)
    size = sum(
        path.stat().st_size
        for name in ("v0001", "v0002", "v0003+d0001")
        for path in five.snapshot(name).folder.rglob("*")
        if path.is_file()
    )
    report = prune(five)
    assert report.removed == ("v0001", "v0002", "v0003+d0001")
    assert report.kept == ("v0003", "v0004", "v0005")
    assert (report.held, report.bytes) == ((), size)
    assert names(five) == ["v0003", "v0004", "v0005"]
    assert [path.name for path in five.indexes.iterdir()] == ["v0003"]
    assert prune(five).removed == ()


def test_keep_counts_releases_from_the_present_one(five: CollectionPaths) -> None:
    rollback(five, "live", to=make_release(five, ["v0002"], {}, {}).id)
    assert prune(five, keep=2).kept == ("v0002", "v0005")


def test_every_ref_keeps_its_own(five: CollectionPaths) -> None:
    publish(five, "candidate", make_release(five, ["v0003", "v0003+d0001"], {}, {}), "try")
    assert prune(five, keep=1).kept == ("v0003", "v0003+d0001", "v0005")


def test_what_a_reader_holds_stays(five: CollectionPaths) -> None:
    with hold_leases(five, "v0001", "v0005"):
        report = prune(five)
        assert (report.held, report.removed) == (("v0001",), ("v0002", "v0003+d0001"))
        assert open_snapshot(five, "v0001").items.height == 4
    assert prune(five).removed == ("v0001",)


def test_what_a_reader_in_another_process_holds_stays_until_it_dies(five: CollectionPaths) -> None:
    command = [sys.executable, "-c", HOLDER, str(five.root), "v0001"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"held\n"
        assert prune(five).held == ("v0001",)
        reader.kill()
        reader.wait()
        assert prune(five).removed == ("v0001",)


def test_readers_share_a_lease(five: CollectionPaths) -> None:
    with hold_leases(five, "v0001"), hold_leases(five, "v0001", "v0002"):
        assert prune(five).held == ("v0001", "v0002")


def test_what_is_mapped_stays_readable(five: CollectionPaths) -> None:
    vectors = open_snapshot(five, "v0001").vectors("picture")
    assert "v0001" in prune(five).removed
    np.testing.assert_array_equal(vectors, base_contents().spaces["picture"].vectors)


def test_a_pruned_name_is_never_given_again(five: CollectionPaths) -> None:
    rollback(five, "live", to=make_release(five, ["v0003"], {}, {}).id)
    assert prune(five, keep=1).removed == ("v0001", "v0002", "v0003+d0001", "v0004", "v0005")
    assert str(next_base(five)) == "v0006"


def test_of_each_base_the_newest_name_that_is_gone_is_remembered(five: CollectionPaths) -> None:
    five.leases.mkdir()
    for name in ("v0002+d0001", "v0002+d0002", "v0004", "v0009"):
        five.lease(name).touch()
    prune(five, keep=1)
    left = {str(name) for name in list_leases(five)}
    assert left == {"v0001", "v0002+d0002", "v0003+d0001", "v0004", "v0009"}
    assert str(next_base(five)) == "v0010"
    assert str(next_delta(five, SnapshotName.parse("v0002"))) == "v0002+d0003"


def test_no_lease_on_what_is_not_there(five: CollectionPaths) -> None:
    prune(five)
    with pytest.raises(UnknownNameError, match="unknown snapshot 'v0001'"), hold_leases(five, "v0001"):
        pytest.fail("a lease was given on nothing")


def test_leftovers_go(five: CollectionPaths) -> None:
    (five.snapshots / ".tmp-pruned-v0000").mkdir()
    prune(five)
    assert not list(five.snapshots.glob(".tmp-*"))


def test_nothing_is_removed_when_in_doubt(five: CollectionPaths) -> None:
    with pytest.raises(UsageError, match="at least one release"):
        prune(five, keep=0)
    five.ref("live").write_text("{}")
    with pytest.raises(IntegrityError):
        prune(five)
    five.ref("live").unlink()
    with pytest.raises(UsageError, match="there is no ref"):
        prune(five)
    assert len(names(five)) == 6
