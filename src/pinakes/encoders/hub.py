"""Models by folder or by name: where they lie, what the hub's local cache holds, and fetching into it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pinakes.errors import MissingExtraError, SettingsError, UsageError


def find_folder(encoder: str, model: str, recommended: str, repository_of: Callable[[str], str]) -> Path:
    """Find a model on this machine; nothing is fetched.

    Args:
        encoder: the kind, such as ``clip``, for messages.
        model: a folder (a path that exists, or one that begins with ``/``, ``~`` or ``.``), a name that
            ``repository_of`` knows, or ``owner/name`` of a repository; empty for the recommended model.
        recommended: the name of that one.
        repository_of: returns ``owner/name`` of a model's repository.

    Returns:
        The folder of the model, or of the local copy of the repository.

    Raises:
        SettingsError: the folder does not exist, or the repository is not in the local cache.
        UnknownNameError: a name without an owner that is not known.
        MissingExtraError: a name was given, and the package that knows the cache is not installed.
    """
    path = Path(model).expanduser()
    if model and path.is_dir():
        return path.absolute()
    if model.startswith(("/", "~", ".")):
        raise SettingsError(f"there is no folder {path.absolute()} for the encoder '{encoder}:{model}'")
    repository = repository_of(model)
    folder = cached_folder(repository)
    if folder is None:
        raise SettingsError(
            f"the model {repository} is not cached on this machine; run "
            f"`pinakes encoders fetch {encoder}:{model or recommended}` "
            f"or give a folder: {encoder}:/path/to/model"
        )
    return folder


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
        raise MissingExtraError("a model by name", "clip") from error
    try:
        found = huggingface_hub.try_to_load_from_cache(repository, "config.json")
    except HFValidationError as error:
        raise SettingsError(f"{repository!r} is not the name of a repository: {error}") from None
    return Path(found).parent if isinstance(found, str) else None


def fetch_repository(
    repository: str, wanted: Sequence[str], unwanted: Sequence[str] = (), endpoint: str | None = None
) -> Path:
    """Download files of a repository into the local cache; what is there already is not fetched again.

    Args:
        repository: ``owner/name``.
        wanted: patterns of the files to fetch.
        unwanted: patterns of files among them to leave out.
        endpoint: address of the hub; None for ``HF_ENDPOINT``, or the public one.

    Returns:
        The folder of the local copy.

    Raises:
        UsageError: the hub cannot be reached, or has no such repository.
        MissingExtraError: the package that talks to it is not installed.
    """
    try:
        import huggingface_hub  # noqa: PLC0415 (costs 100 ms)
    except ModuleNotFoundError as error:
        raise MissingExtraError("fetching a model", "clip") from error
    try:
        folder = huggingface_hub.snapshot_download(
            repository, endpoint=endpoint, allow_patterns=list(wanted), ignore_patterns=list(unwanted)
        )
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UsageError(f"cannot fetch {repository}: {reason or type(error).__name__}") from error
    except Exception as error:  # what its HTTP client raises has no common base with the above
        raise UsageError(f"cannot fetch {repository}: {type(error).__name__}: {error}") from error
    return Path(folder)
