"""Write the page of settings from the settings: ``python docs/_settings.py > docs/settings.md``."""

import sys
from collections.abc import Iterator
from enum import EnumType
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import tomlkit
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pinakes.settings import Settings

INTRODUCTION = """\
# Settings

`pinakes.toml` says what a collection is made of. `pinakes index` writes it when it first sees a source, with
what it could tell from the names and values it found; change it, and run `pinakes index` again. Every key has
a default, so the file holds only what is special about the collection. A key that does not exist is refused,
and the nearest one that does is named.

To look through them before the first index, `pinakes init photos` writes the same file with every key in it:
those that are not in force stand behind a `#`, below what they mean. It replaces no file; a folder that is
empty, or is not there yet, gets the defaults.

```toml
format = 1
name = "Roman coins"

[source]
path = "lots.csv"

[source.fields]
id = "lot"
title = "headline"
text = ["description", "provenance"]
views = { obverse = "front_picture", reverse = "back_picture" }

[attributes.period]
type = "string"
coverage = 0.9

[attributes.price]
type = "float"
column = "hammer price"

[live]
fields = ["price"]
```

Names of attributes and spaces are letters, digits and `_`, and begin with a letter or `_`. Every item has
`id`, `title`, `text`, `license`, `author`, `source`, `attribution`, `expires` and `content_hash`, so an
attribute cannot take one of these names; give it another and set `column`.
"""


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join([INTRODUCTION, *sections(Settings, "")])


def sections(model: type[BaseModel], path: str) -> Iterator[str]:
    """Yield the keys of a table, then those of the tables in it."""
    yield f"## {f'`[{path}]`' if path else 'At the top of the file'}\n"
    yield f"{(model.__doc__ or '').replace('``', '`')}\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    inner = []
    for name, field in model.model_fields.items():
        table, many = table_of(field.annotation)
        if table is None:
            yield f"| `{name}` | {kind_of(field)} | {default_of(field)} | {field.description} |"
        else:
            inner.append((table, ".".join(filter(None, [path, name, "NAME" if many else ""])), field))
    yield ""
    for table, inner_path, field in inner:
        yield from sections(table, inner_path)
        default = field.get_default(call_default_factory=True)
        if isinstance(default, dict) and default:
            values = {name: value.model_dump(exclude_defaults=True) for name, value in default.items()}
            written = tomlkit.dumps({inner_path.partition(".")[0]: values}).strip()
            yield f"When there is none (a file that names one names them all):\n\n```toml\n{written}\n```\n"


def table_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the table that a key holds, if it holds one, and whether it holds many by name."""
    candidate = get_args(annotation)[1] if get_origin(annotation) is dict else annotation
    is_table = isinstance(candidate, type) and issubclass(candidate, BaseModel)
    return (candidate if is_table else None), candidate is not annotation


def kind_of(field: FieldInfo) -> str:
    """Return the type of a key in words, with its limits."""
    limits = [f">= {m.ge:g}" for m in field.metadata if isinstance(m, Ge)]
    limits += [f"<= {m.le:g}" for m in field.metadata if isinstance(m, Le)]
    return " ".join([words(field.annotation), " and ".join(limits)]).strip()


def words(annotation: Any) -> str:
    """Return a type in words."""
    inner = [part for part in get_args(annotation) if part not in (NoneType, Ellipsis)]
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{toml(value)}`" for value in inner)
    if get_origin(annotation) is tuple:
        return f"list of {words(inner[0])}s"
    if get_origin(annotation) is dict:
        return f"table of {words(inner[1])}s"
    if inner:  # a type or None
        return words(inner[0])
    if isinstance(annotation, EnumType):
        return "one of " + ", ".join(f"`{toml(value)}`" for value in list[Any](annotation))
    return {str: "string", bool: "boolean", int: "whole number", float: "number"}[annotation]


def default_of(field: FieldInfo) -> str:
    """Return the default of a key as TOML has it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "none" if value is None else f"`{toml(value)}`"


def toml(value: Any) -> str:
    """Return a value as it stands in the file."""
    return "{}" if value == {} else tomlkit.item(value).as_string()


if __name__ == "__main__":
    sys.stdout.write(page())
