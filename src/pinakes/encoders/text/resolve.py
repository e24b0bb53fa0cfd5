"""From what a user calls a text model to the folder where it lies; downloads only when asked to."""

from pathlib import Path

from pinakes.encoders.hub import fetch_repository, find_folder
from pinakes.encoders.text.models import MODELS, RECOMMENDED, Model
from pinakes.errors import UnknownNameError

WANTED = ("*.json", "*/config.json", "onnx/model.onnx", "onnx/model.onnx_data")
"""Files of a repository that are fetched."""


def find_text_model(model: str) -> Path:
    """Find a model on this machine; see `pinakes.encoders.hub.find_folder`."""
    return find_folder("text", model, RECOMMENDED, text_repository)


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
