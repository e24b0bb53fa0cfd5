"""Components by name: where each is, and what it needs; built-in ones and plugins by the same door."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from pinakes.errors import MissingExtraError, SettingsError, UnknownNameError


@dataclass(frozen=True, slots=True)
class Component:
    """One component that can be asked for by name.

    Attributes:
        target: ``package.module:Class``, imported only when it is asked for.
        help: one line on what it is.
        extra: the extra of Pinakes that provides its packages; None where the base install has them.
        takes: what may follow the name after a colon, such as ``a folder``; it is given to the class. None
            where nothing may.
    """

    target: str
    help: str
    extra: str | None = None
    takes: str | None = None


BUILT_IN: Mapping[str, Mapping[str, Component]] = MappingProxyType(
    {
        "encoder": MappingProxyType(
            {
                "descriptor": Component(
                    "pinakes.encoders.descriptor:DescriptorFamily",
                    "shape, colour and texture, fitted on the collection; no download",
                ),
                "clip": Component(
                    "pinakes.encoders.clip.encoder:ClipFamily",
                    "a CLIP or SigLIP model: pictures and texts in one space",
                    extra="clip",
                    takes="a folder, or a name of `pinakes encoders list`",
                ),
                "text": Component(
                    "pinakes.encoders.text.encoder:SentenceFamily",
                    "a sentence-transformers model: the words of items and of queries in one space",
                    extra="text",
                    takes="a folder, or a name of `pinakes encoders list`",
                ),
            }
        ),
        "index": MappingProxyType(
            {
                "exact": Component(
                    "pinakes.indexes.exact:ExactFamily", "compares with every vector; nothing to build"
                ),
                "int8": Component(
                    "pinakes.indexes.int8:Int8Family",
                    "exact by proof: eight-bit codes first, then the vectors of the best",
                ),
                "pq": Component(
                    "pinakes.indexes.product:ProductFamily",
                    "product quantisation: all rows in four bits for every few dimensions",
                    takes="how many dimensions share four bits, 4 unless given",
                ),
                "ivf": Component(
                    "pinakes.indexes.lists:ListsFamily",
                    "inverted lists of product-quantised codes: only the nearest clusters",
                    takes="how many dimensions share four bits, 2 unless given",
                ),
                "hnsw": Component("pinakes.indexes.graph:GraphFamily", "a graph of near neighbours"),
            }
        ),
    }
)
"""Kind, then name. A plugin adds a name with an entry point in the group ``pinakes.<kind>s``."""


def components(kind: str) -> dict[str, Component]:
    """Return the components of a kind by name, sorted; nothing of them is imported.

    A plugin cannot take the name of a built-in component: snapshots would mean something else by it.

    Args:
        kind: ``encoder`` or ``index``.

    Raises:
        UnknownNameError: there is no such kind.
    """
    if kind not in BUILT_IN:
        raise UnknownNameError("kind of component", kind, BUILT_IN)
    from importlib.metadata import entry_points  # noqa: PLC0415 (takes 10 ms, and few ask for plugins)

    group = "pinakes.indexes" if kind == "index" else f"pinakes.{kind}s"
    plugins = {
        point.name: Component(
            point.value,
            f"from {point.dist.name if point.dist else 'a plugin'}",
            takes="what it says it takes",
        )
        for point in entry_points(group=group)
    }
    return dict(sorted({**plugins, **BUILT_IN[kind]}.items()))


def component(kind: str, name: str) -> Component:
    """Return one component; plugins are looked for only where no built-in one has the name.

    To look for them reads the metadata of every package that is installed, which takes 30 ms.

    Raises:
        UnknownNameError: there is no such kind, or no component of this name; names the known ones.
    """
    if found := BUILT_IN.get(kind, {}).get(name):
        return found
    known = components(kind)
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return known[name]


def load(kind: str, name: str) -> Any:
    """Import a component.

    Returns:
        The class or function that its target names.

    Raises:
        UnknownNameError: no component of this kind has this name; names the known ones.
        MissingExtraError: it needs packages that are not installed.
        SettingsError: it is of a plugin, and not where its entry point says, or cannot be imported.
    """
    found = component(kind, name)
    module, _, attribute = found.target.partition(":")
    if name not in BUILT_IN[kind]:
        try:
            return getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise SettingsError(
                f"the {kind} {name!r} ({found.help}) cannot be loaded from {found.target}: {error}; mend "
                "that package, or uninstall it"
            ) from error
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if found.extra is None or (error.name or "").partition(".")[0] == "pinakes":
            raise
        raise MissingExtraError(f"{kind} {name!r}", found.extra) from error
