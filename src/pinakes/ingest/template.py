"""A ``pinakes.toml`` to start from: what was found out, and every other key with its meaning."""

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import tomlkit
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pinakes.errors import UsageError
from pinakes.ingest.setup import Options, Setup, find_setup
from pinakes.settings import Settings
from pinakes.snapshots.durable import replace_file
from pinakes.sources.formats import is_table_name
from pinakes.sources.text import humanise
from pinakes.types import SETTINGS_FILE

WIDTH = 100
"""Characters of a line of prose."""

INTRODUCTION = (
    "A Pinakes collection: what it is made of. A line that begins with `# ` says what the key below it is; "
    "one that begins with `#` alone is not in force, and shows the default or an example: take the # away to "
    "set it. docs/settings.md has the same as tables. After a change, run `pinakes index` again."
)

NAMED = {"attributes": "[attributes.price]", "spaces": "[spaces.picture]"}
"""The table that stands for those that there might be."""

EXAMPLES = {
    "source.views": "{id}_{role}.jpg",
    "attributes.column": "hammer price",
    "attributes.type": "float",
    "spaces.encoder": "descriptor",
}
"""Values of keys that have no default; of others their own name."""


def plan_template(source: Path, into: Path | None = None) -> Setup:
    """Return the settings to start from; nothing is written.

    They are those that `pinakes index` would write. A folder that is empty, or is not there yet, has the
    defaults.

    Args:
        source: a folder of pictures or a table.
        into: the collection's folder; None: as `find_setup` chooses it.

    Raises:
        UsageError: there is a ``pinakes.toml`` already.
        SourceError: the folder holds nothing that can be indexed, or the table does not exist.
    """
    folder = source.expanduser().absolute() if into is None else into.expanduser().absolute()
    path = folder / SETTINGS_FILE
    if path.exists():
        raise UsageError(f"{path} is there already: change it as you like, then run: pinakes index {folder}")
    if into is None and not is_table_name(folder.name) and is_empty(folder):
        return Setup(folder, Settings(name=humanise(folder.name)), changed=True)
    setup = find_setup(source, into, Options())
    if not setup.changed:
        raise UsageError(f"{setup.folder / SETTINGS_FILE} is there already: change it as you like")
    return setup


def write_template(setup: Setup) -> Path:
    """Write ``pinakes.toml`` with every key in it, and return its path.

    Raises:
        UsageError: there is one already.
        StorageError: the disk refused.
    """
    path = setup.folder / SETTINGS_FILE
    if path.exists():
        raise UsageError(f"{path} is there already")
    replace_file(path, commented(setup.settings).encode())
    return path


def commented(settings: Settings) -> str:
    """Return settings as a file with every key in it: read again, it says the same."""
    lines = [*_prose(INTRODUCTION), "", *_table(settings, "")]
    return "\n".join(lines) + "\n"


def _table(table: BaseModel, path: str) -> Iterator[str]:
    """Yield the keys of a table, then the tables in it."""
    values = table.model_dump(mode="json")
    inner = []
    for name, field in type(table).model_fields.items():
        model = _model_of(field)
        if model is None:
            yield from _key(path, name, field, values[name], given=_given(table, name))
        else:
            inner.append((name, model))
    for name, model in inner:
        below, value = ".".join(filter(None, (path, name))), getattr(table, name)
        yield ""
        several = isinstance(value, Mapping)
        yield from _prose(
            _sentence(model) + (" Each has a table of its own, which may also say:" if several else "")
        )
        if isinstance(value, Mapping):
            yield from _named(below, model, value)
        else:
            yield f"[{below}]"
            yield from _table(value, below)


def _named(path: str, model: type[BaseModel], tables: Mapping[str, BaseModel]) -> Iterator[str]:
    """Yield tables that have names of the owner's, with the keys that are set, after what keys there are."""
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    for name, field in model.model_fields.items():
        if name not in required:
            yield from _prose(f"{name} = {_text(_shown(path, name, field))}: {field.description}", hang=True)
    if not tables:
        if Settings.model_fields[path].get_default(call_default_factory=True):
            yield f"[{path}]"  # without it there would be some
        for name in required:
            yield from _prose(f"{name}: {model.model_fields[name].description}", hang=True)
            yield f"#{NAMED[path]}"
            yield f"#{name} = {_text(EXAMPLES[f'{path}.{name}'])}"
    for name, table in tables.items():
        yield ""
        yield f"[{path}.{name}]"
        for key, value in table.model_dump(mode="json").items():
            if key in required or _given(table, key):
                yield f"{key} = {_text(value)}"


def _key(path: str, name: str, field: FieldInfo, value: Any, *, given: bool) -> Iterator[str]:
    yield from _prose(field.description or "")
    yield f"{name} = {_text(value)}" if given else f"#{name} = {_text(_shown(path, name, field))}"


def _given(table: BaseModel, name: str) -> bool:
    """Whether a key is written: it has another value than its default, or says what the file is."""
    field = type(table).model_fields[name]
    return bool(getattr(table, name) != field.get_default(call_default_factory=True)) or name == "format"


def _shown(path: str, name: str, field: FieldInfo) -> Any:
    """Return what a key that is not set is shown with: its default, or an example where it has none."""
    default = field.get_default(call_default_factory=True)
    return EXAMPLES.get(f"{path}.{name}", name) if default is None else default


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the table that a key holds, or that it holds several of by name; None for a plain value."""
    annotation = field.annotation
    found = get_args(annotation)[1] if get_origin(annotation) is dict else annotation
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _sentence(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").replace("``", "`")


def _text(value: Any) -> str:
    """Return a value as TOML has it, on one line."""
    if isinstance(value, Mapping):
        inline = tomlkit.inline_table()
        inline.update(value)
        return str(inline.as_string())
    return str(tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string())


def _prose(text: str, *, hang: bool = False) -> Iterator[str]:
    for line in textwrap.wrap(
        text,
        WIDTH - 2,
        subsequent_indent="    " if hang else "",
        break_on_hyphens=False,
        break_long_words=False,
    ):
        yield f"# {line}"


def is_empty(folder: Path) -> bool:
    """Return whether a folder is not there, or holds nothing but hidden files."""
    try:
        return not any(not entry.name.startswith(".") for entry in folder.iterdir())
    except FileNotFoundError:
        return True
    except OSError:  # a file, or one that cannot be read: whoever reads it says so
        return False
