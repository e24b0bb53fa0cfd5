"""From what a user calls a model to the folder where it lies; downloads only when asked to."""

from pathlib import Path

from pinakes.encoders.clip.models import MODELS, OWNER, RECOMMENDED
from pinakes.encoders.hub import fetch_repository, find_folder
from pinakes.errors import UnknownNameError

WANTED = ("config.json", "visual/*", "textual/*")
UNWANTED = ("*.armnn", "*.rknn", "*/fp16/*", "*/rknpu/*")
"""Files of a repository that are fetched, and those among them that other runtimes need."""


def find_model(model: str) -> Path:
    """Find a model on this machine; see `pinakes.encoders.hub.find_folder`."""
    return find_folder("clip", model, RECOMMENDED, repository_of)


def repository_of(model: str) -> str:
    """Return ``owner/name`` of a model's repository.

    Raises:
        UnknownNameError: a name without an owner that is not in the table.
    """
    name = model or RECOMMENDED
    if "/" in name:
        return name
    if name not in MODELS:
        raise UnknownNameError("CLIP model", name, MODELS)
    return f"{OWNER}/{name}"


def fetch_model(model: str, endpoint: str | None = None) -> Path:
    """Download a model into the hub's local cache; what is there already is not fetched again.

    Args:
        model: a name of `MODELS`, or ``owner/name``.
        endpoint: address of the hub; None for ``HF_ENDPOINT``, or the public one.

    Returns:
        The folder of the local copy.

    Raises:
        UnknownNameError: a name without an owner that is not in the table.
        UsageError: the hub cannot be reached, or has no such repository.
        MissingExtraError: the package that talks to it is not installed.
    """
    return fetch_repository(repository_of(model), WANTED, UNWANTED, endpoint)
