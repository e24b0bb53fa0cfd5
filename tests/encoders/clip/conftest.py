"""Models that several test files read and none changes."""

import clip_models
import pytest


@pytest.fixture(scope="session", params=["clip", "siglip"])
def model(request, tmp_path_factory):
    """The folder of a small model of either family."""
    return clip_models.write(tmp_path_factory.mktemp("models") / request.param, request.param)


@pytest.fixture(scope="session")
def clip_model(tmp_path_factory):
    """The folder of a small CLIP model."""
    return clip_models.write(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture
def own_model(tmp_path):
    """A small CLIP model that the test may change."""
    return clip_models.write(tmp_path / "model")
