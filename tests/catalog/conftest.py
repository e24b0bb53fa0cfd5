from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.catalog.database import Database, open_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Database]:
    database = open_catalog(tmp_path / ".pinakes" / "catalog.db")
    yield database
    database.close()
