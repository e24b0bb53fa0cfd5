from pathlib import Path

import pytest
from small_snapshots import base_contents, delta_contents, new_collection

from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.writer import write_snapshot


@pytest.fixture
def paths(tmp_path: Path) -> CollectionPaths:
    """A collection with nothing in it."""
    return new_collection(tmp_path / "coins")


@pytest.fixture
def written(paths: CollectionPaths) -> CollectionPaths:
    """A collection with a base and a delta."""
    write_snapshot(paths, base_contents())
    write_snapshot(paths, delta_contents())
    return paths
