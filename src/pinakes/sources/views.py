"""Which pictures a row names: a column, or a template such as ``images/{id}.jpg`` over columns."""

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

from pinakes.sources.cells import as_text, is_nothing, members, parse_list
from pinakes.sources.pictures import is_picture_name

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_BETWEEN_NAMES = re.compile(r"\s*[,;|\n]\s*")


def view_columns(spec: str) -> tuple[str, ...]:
    """Return the columns that a column or a template takes cells from."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(spec))) or (spec,)


def view_uris(spec: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pictures that a row names, in their order and without repeats.

    Args:
        spec: a column, or text with columns in braces.
        values: the cells of the row.

    Returns:
        Paths or addresses; none where a cell is empty, several where a cell names several.
    """
    columns = view_columns(spec)
    names = [split_names(values.get(column)) for column in columns]
    if columns == (spec,):
        return tuple(dict.fromkeys(names[0]))
    choices = [dict(zip(columns, choice, strict=True)) for choice in product(*names)]
    return tuple(dict.fromkeys(_fill(spec, choice) for choice in choices))


def split_names(cell: Any) -> tuple[str, ...]:
    """Return the file names in one cell: a list, or text with ``,`` ``;`` ``|`` or line ends between them.

    Text is split only if every part ends like a picture's name, because a file name may hold a comma.
    """
    if is_nothing(cell):
        return ()
    if not isinstance(cell, str) or parse_list(cell) is not None:
        return members(cell, ",")
    parts = [part for part in _BETWEEN_NAMES.split(cell.strip()) if part]
    if len(parts) > 1 and all(map(is_picture_name, parts)):
        return tuple(parts)
    whole = as_text(cell)
    return (whole,) if whole else ()


def _fill(template: str, words: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: words[found[1]], template)
