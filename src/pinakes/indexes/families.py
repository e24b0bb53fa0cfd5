"""Families of indexes by name: ``exact``, ``int8``, ``pq:128``, or a plugin's."""

from pinakes.errors import SettingsError
from pinakes.indexes.base import IndexFamily
from pinakes.registry import component, load


def index_family(name: str) -> IndexFamily:
    """Return a family of indexes.

    Args:
        name: of the component, and after a colon what it takes.

    Raises:
        UnknownNameError: there is no such family; names the known ones.
        SettingsError: something follows the name of a family that takes nothing.
        MissingExtraError: it needs packages that are not installed.
    """
    kind, _, argument = name.partition(":")
    made = load("index", kind)
    takes = component("index", kind).takes
    if argument and takes is None:
        raise SettingsError(f"the index {kind!r} takes nothing after its name, got {name!r}")
    family: IndexFamily = made(argument) if argument else made()
    return family
