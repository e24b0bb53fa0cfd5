"""The Hugging Face hub: what its local cache holds, and fetching into it when asked to."""

from collections.abc import Sequence
from pathlib import Path

from pinakes.errors import MissingExtraError, SettingsError, UsageError


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
