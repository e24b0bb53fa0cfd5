"""From what a user calls a text model to the folder where it lies; downloads only when asked to."""

from pathlib import Path

from pinakes.encoders.hub import cached_folder, fetch_repository
from pinakes.encoders.text.models import MODELS, RECOMMENDED, Model
from pinakes.errors import SettingsError, UnknownNameError

WANTED = ("*.json", "*/config.json", "onnx/model.onnx", "onnx/model.onnx_data")
"""Files of a repository that are fetched."""


def find_text_model(model: str) -> Path:
    """Find a model on this machine.

    Args:
        model: a folder (a path that exists, or one that begins with ``/``, ``~`` or ``.``), a name of
            `MODELS`, or ``owner/name`` of a repository; empty for the recommended model.

    Raises:
        SettingsError: the folder does not exist, or the repository is not in the local cache.
        UnknownNameError: a name without an owner that is not in the table.
        MissingExtraError: a name was given, and the package that knows the cache is not installed.
    """
    path = Path(model).expanduser()
    if model and path.is_dir():
        return path.absolute()
    if model.startswith(("/", "~", ".")):
        raise SettingsError(f"there is no folder {path.absolute()} for the encoder 'text:{model}'")
    repository = text_repository(model)
    folder = cached_folder(repository)
    if folder is None:
        raise SettingsError(
            f"the model {repository} is not cached on this machine; run "
            f"`pinakes encoders fetch text:{model or RECOMMENDED}` or give a folder: text:/path/to/model"
        )
    return folder


def text_repository(model: str) -> str:
    """Return ``owner/name`` of a model's repository.

    Raises:
        UnknownNameError: a name without an owner that is not in the table.
    """
    name = model or RECOMMENDED
    if "/" in name:
        return name
    if name not in MODELS:
        raise UnknownNameError("text model", name, MODELS)
    return MODELS[name].repository


def known_model(model: str) -> Model | None:
    """Return what is known of a model by name or repository; None for any other, and for folders."""
    name = model or RECOMMENDED
    return MODELS.get(name) or next((known for known in MODELS.values() if known.repository == name), None)


def fetch_text_model(model: str, endpoint: str | None = None) -> Path:
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
    return fetch_repository(text_repository(model), WANTED, endpoint=endpoint)
