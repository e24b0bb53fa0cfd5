"""What several test folders share: a small sample gallery, indexed once."""

import shutil
from pathlib import Path

import hypothesis
import pytest

import pinakes
from pinakes.samples.gallery import generate_gallery

# How long an example takes says more of the machine than of the code; timed tests live in benchmarks/.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

DATA = Path(__file__).parents[1] / "../shared/data"


def pytest_collection_modifyitems(items):
    """Begin with the files that hold slow tests, so that no worker is left with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    """An indexed sample gallery of 60 items that nobody may change."""
    folder = tmp_path_factory.mktemp("gallery") / "photos"
    generate_gallery(folder, size=60)
    pinakes.index(folder)
    return folder


@pytest.fixture
def gallery(pristine, tmp_path):
    """A copy of the indexed sample gallery that a test may change, without what others have looked at."""
    folder = tmp_path / "photos"
    shutil.copytree(pristine, folder, ignore=shutil.ignore_patterns("*.webp"))
    return folder


@pytest.fixture
def real_data():
    """The folder of real data, or a skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"the real data is not there: {DATA}")
    return DATA.resolve()
