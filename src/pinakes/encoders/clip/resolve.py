"""From what a user calls a model to the folder where it lies; downloads only when asked to."""

from pathlib import Path

from pinakes.encoders.clip.models import MODELS, OWNER, RECOMMENDED
from pinakes.encoders.hub import cached_folder, fetch_repository
from pinakes.errors import SettingsError, UnknownNameError

WANTED = ("config.json", "visual/*", "textual/*")
UNWANTED = ("*.armnn", "*.rknn", "*/fp16/*", "*/rknpu/*")
"""Files of a repository that are fetched, and those among them that other runtimes need."""


def find_model(model: str) -> Path:
    """Find a model on this machine.

    Args:
        model: a folder (a path that exists, or one that begins with ``/``, ``~`` or ``.``), a name of
            `MODELS`, or ``owner/name`` of a repository; empty for the recommended model.

    Returns:
        The folder of the model, or of the local copy of the repository.

    Raises:
        SettingsError: the folder does not exist, or the repository is not in the local cache.
        UnknownNameError: a name without an owner that is not in the table.
        MissingExtraError: a name was given, and the package that knows the cache is not installed.
    """
    path = Path(model).expanduser()
    if model and path.is_dir():
        return path.absolute()
    if model.startswith(("/", "~", ".")):
        raise SettingsError(f"there is no folder {path.absolute()} for the encoder 'clip:{model}'")
    repository = repository_of(model)
    folder = cached_folder(repository)
    if folder is None:
        raise SettingsError(
            f"the model {repository} is not cached on this machine; run "
            f"`pinakes encoders fetch {model or RECOMMENDED}` or give a folder: clip:/path/to/model"
        )
    return folder


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
