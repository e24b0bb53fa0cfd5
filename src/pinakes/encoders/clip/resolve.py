"""From what a user calls a model to the folder where it lies; downloads only when asked to."""

from pathlib import Path

from pinakes.encoders.clip.models import MODELS, OWNER, RECOMMENDED
from pinakes.errors import MissingExtraError, SettingsError, UnknownNameError, UsageError

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


def cached_folder(repository: str) -> Path | None:
    """Return the folder of a repository in the hub's local cache (``HF_HOME``), or None; nothing is fetched.

    Raises:
        MissingExtraError: the package that knows the cache is not installed.
        SettingsError: no repository can have this name.
    """
    try:
        import huggingface_hub  # noqa: PLC0415 (costs 100 ms)
        from huggingface_hub.errors import HFValidationError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError("a CLIP model by name", "clip") from error
    try:
        found = huggingface_hub.try_to_load_from_cache(repository, "config.json")
    except HFValidationError as error:
        raise SettingsError(f"{repository!r} is not the name of a repository: {error}") from None
    return Path(found).parent if isinstance(found, str) else None


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
    repository = repository_of(model)
    try:
        import huggingface_hub  # noqa: PLC0415 (costs 100 ms)
    except ModuleNotFoundError as error:
        raise MissingExtraError("fetching a CLIP model", "clip") from error
    try:
        folder = huggingface_hub.snapshot_download(
            repository,
            endpoint=endpoint,
            allow_patterns=list(WANTED),
            ignore_patterns=list(UNWANTED),
        )
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UsageError(f"cannot fetch {repository}: {reason or type(error).__name__}") from error
    except Exception as error:  # what its HTTP client raises has no common base with the above
        raise UsageError(f"cannot fetch {repository}: {type(error).__name__}: {error}") from error
    return Path(folder)
