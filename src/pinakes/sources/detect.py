"""Whether a folder is one of pictures, or one that holds the table of its pictures."""

from pathlib import Path

from pinakes.errors import SourceError
from pinakes.sources.folder import list_pictures
from pinakes.sources.formats import is_table_name, open_rows
from pinakes.sources.headings import ID_HEADINGS, find_heading
from pinakes.sources.picture_columns import find_picture_columns, locate_by_name
from pinakes.sources.sampling import take_sample

GLANCE = 50
"""Rows that show whether a table names pictures."""


def choose_table(folder: Path, wanted: bool, notes: list[str]) -> Path | None:
    """Choose the table that says what a folder holds.

    Args:
        folder: the folder.
        wanted: columns were named, so that only a table will do.
        notes: is told what was seen and chosen.

    Returns:
        The table that names pictures, if there is one such table; otherwise the only table of a folder
        without pictures; otherwise None.

    Raises:
        SourceError: there are several tables and no pictures, or columns were named and there is no table.
    """
    pictures, _ = list_pictures(folder)
    tables = sorted(path for path in folder.iterdir() if _may_be_table(path))
    naming = [path for path in tables if names_pictures(path)]
    if len(naming) == 1:
        notes.append(f"{naming[0].name} names the pictures: its rows are the items")
        return naming[0]
    if len(tables) == 1 and (wanted or not pictures):
        notes.append(f"{tables[0].name} is the only table here: its rows are the items")
        return tables[0]
    shown = ", ".join(path.name for path in naming or tables)
    if tables and (wanted or not pictures):
        raise SourceError(f"{folder} holds several tables ({shown}); name the one to index")
    if wanted:
        raise SourceError(f"{folder} holds no table, so it has no columns; name a table")
    if naming:
        notes.append(f"several tables name pictures ({shown}), so none is used; name the one to index")
    elif tables:
        notes.append(f"no table names pictures ({shown}), so the files alone are the items")
    return None


def names_pictures(table: Path) -> bool:
    """Return whether the first rows of a table name pictures that exist or that have an address."""
    try:
        columns = take_sample(open_rows(table), limit=GLANCE).columns()
    except SourceError:
        return False
    if any(found.found or found.remote for found in find_picture_columns(columns, table.parent)):
        return True
    heading = find_heading(columns, ID_HEADINGS)
    return bool(heading and columns[heading].cells and locate_by_name(columns[heading], table.parent))


def _may_be_table(path: Path) -> bool:
    return is_table_name(path.name) and not path.name.startswith(".") and path.is_file()
