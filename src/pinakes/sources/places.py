"""Which column of a table gets which place in its field map."""

from collections.abc import Mapping
from pathlib import Path

from pinakes.errors import SourceError
from pinakes.sources.headings import ID_HEADINGS, attribute_name, find_heading
from pinakes.sources.kinds import name_words, vector_dim
from pinakes.sources.npy import open_vectors
from pinakes.sources.picture_columns import PictureColumn, locate_by_name, role_of
from pinakes.sources.pictures import numbered_role
from pinakes.sources.sampling import Column

PICTURE_SPACE = "picture"
"""The space of the pictures' own vectors; brought vectors take other names."""

MOST_ATTRIBUTES = 64
"""A table with more columns keeps those that most rows have; the words of the others are searched as text."""

LEAST_COVERAGE = 0.05
"""Share of rows that must have a value for a column of such a wide table to be kept as an attribute."""


FAULTS = 0.1
"""Share of the rows looked at that a column named like an id may leave without an id of their own."""


def find_id(
    columns: Mapping[str, Column], pictures: tuple[PictureColumn, ...], notes: list[str]
) -> str | None:
    """Return the column that names items: by its heading, else by a name that ends so, else by its cells.

    A heading counts for more than some gaps and repeats: those rows are left out one by one.
    """
    usable = {n: column for n, column in columns.items() if _faults(column) <= max(2, FAULTS * column.rows)}
    by_heading = find_heading(usable, ID_HEADINGS)
    if by_heading is not None:
        return by_heading
    whole = [name for name, column in columns.items() if _is_short(column) and not _faults(column)]
    pictured = [picture.column for picture in pictures if picture.column in whole]
    endings = [name for name in whole if name_words(name)[-1:] == ["id"]]
    found = next(iter((*endings, *pictured, *whole)), None)
    headed = find_heading(columns, ID_HEADINGS)
    if headed is not None and found is not None:
        notes.append(
            f"{found} names the items, for {headed} has gaps or repeats in {_faults(columns[headed])} of "
            f"{columns[headed].rows} rows looked at; to have it all the same: --id {headed}"
        )
    return found


def _faults(column: Column) -> int:
    """Return how many rows a column cannot name: without a plain value, or with one that came before."""
    plain = {cell for cell in column.cells if isinstance(cell, str | int)}
    return column.rows - len(plain)


def _is_short(column: Column) -> bool:
    return all(len(str(cell)) <= 200 for cell in column.cells)


def choose_views(
    pictures: tuple[PictureColumn, ...], key: Column | None, base: Path, notes: list[str]
) -> dict[str, str]:
    """Return role -> column or template, files before addresses."""
    local = [picture for picture in pictures if not picture.remote]
    if not any(picture.found for picture in local):
        by_name = locate_by_name(key, base) if key else None
        if by_name is not None and not local:
            notes.append(f"the id names the pictures: {by_name.spec}")
            return {"front": by_name.spec}
    there = [picture for picture in local if picture.found]
    chosen = there or [picture for picture in pictures if picture.remote] or local
    for picture in local:
        if picture.found < picture.looked:
            notes.append(
                f"{picture.column}: {picture.looked - picture.found} of the first {picture.looked} pictures "
                f"were not found below {base}"
            )
    passed_over = [picture.column for picture in pictures if picture not in chosen]
    if passed_over:
        notes.append(f"left out, because {chosen[0].column} has the pictures: {listed(passed_over)}")
    if not chosen:
        notes.append("no column names pictures: items are found by words, and by vectors if they have any")
    views: dict[str, str] = {}
    for picture in chosen:
        views[numbered_role(role_of(picture.column), views)] = picture.spec
    return views


def find_spaces(columns: Mapping[str, Column], base: Path, offered: int, notes: list[str]) -> dict[str, str]:
    """Return space -> column of vectors, or ``.npy`` file beside the table with as many rows; note files."""
    spaces: dict[str, str] = {}
    for name, column in columns.items():
        if vector_dim(column):
            spaces[attribute_name(name, (PICTURE_SPACE, *spaces))] = name
    for path in sorted(base.glob("*.npy")):
        try:
            fits = len(open_vectors(path)) == offered
        except SourceError:
            continue
        if fits:
            spaces[attribute_name(path.stem, (PICTURE_SPACE, *spaces))] = path.name
    if files := [name for name in spaces.values() if name not in columns]:
        notes.append(
            "taken for vectors of the items, because they lie beside the table and have as many rows: "
            f"{listed(files)}"
        )
    return spaces


def is_wide(columns: Mapping[str, Column]) -> bool:
    """Return whether there are too many columns to make an attribute of each."""
    return len(columns) > MOST_ATTRIBUTES


def most_covered(columns: Mapping[str, Column]) -> list[str]:
    """Return the columns to keep as attributes, in their own order."""
    if not is_wide(columns):
        return list(columns)
    covered = [name for name, column in columns.items() if column.coverage >= LEAST_COVERAGE]
    best = set(sorted(covered, key=lambda name: -columns[name].coverage)[:MOST_ATTRIBUTES])
    return [name for name in columns if name in best]


def listed(names: list[str], shown: int = 8) -> str:
    """Return names for a note, cut short where there are many."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}"
