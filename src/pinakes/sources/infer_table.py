"""Field map and attribute types of a table, inferred from a sample of its rows."""

from collections.abc import Collection, Iterable, Mapping

from pinakes.errors import SourceError, UnknownNameError
from pinakes.settings import AttributeSettings, FieldMap, Settings, SourceSettings, SpaceSettings
from pinakes.sources.headings import (
    RIGHTS_HEADINGS,
    TITLE_HEADINGS,
    attribute_name,
    find_heading,
    is_text_heading,
    text_patterns,
)
from pinakes.sources.kinds import Guess, Unusable, date_orders, guess_type, is_prose, misfits, nearly
from pinakes.sources.picture_columns import find_picture_columns
from pinakes.sources.places import (
    LEAST_COVERAGE,
    PICTURE_SPACE,
    choose_views,
    find_id,
    find_spaces,
    is_wide,
    listed,
    most_covered,
)
from pinakes.sources.rows import Rows
from pinakes.sources.sampling import Column, Sample, take_sample
from pinakes.sources.views import view_columns
from pinakes.types import AttributeType


def infer_table(table: Rows, id: str | None, views: Mapping[str, str] | None, notes: list[str]) -> Settings:
    """Infer the field map and the attributes of a table.

    Args:
        table: the table.
        id: the column that names an item; None: found.
        views: role -> column or template; None: found.
        notes: is told what a person should know.

    Returns:
        Settings without a name and with the default path.

    Raises:
        SourceError: the table has no rows, or no column can name its items.
        UnknownNameError: a column that was named does not exist.
    """
    sample = _sample(table, notes)
    columns = sample.columns()
    asked = [
        *filter(None, [id]),
        *(column for spec in (views or {}).values() for column in view_columns(spec)),
    ]
    for column in asked:
        if column not in columns:
            raise UnknownNameError("column", column, columns)
    rest = _usable(columns, notes)

    spaces = find_spaces(rest, table.path.parent, sample.offered, notes)
    _drop(rest, spaces.values())
    pictures = () if views is not None else find_picture_columns(rest, table.path.parent)
    key = id or find_id(rest, pictures, notes)
    if key is None:
        raise SourceError(
            f"no column of {table.path} can name its items, for each has gaps or repeats; "
            f"say which one is the id (--id COLUMN). Columns: {listed(list(columns), 20)}"
        )
    if views is None:
        views = choose_views(pictures, rest.get(key), table.path.parent, notes)
    _drop(rest, [key, *views.values(), *(picture.column for picture in pictures)])

    kinds = _kinds(rest, notes)
    rest = {name: column for name, column in rest.items() if name in kinds}
    fields = _words_and_rights(rest, kinds)
    _drop(rest, [fields.title or "", *fields.text, *fields.model_dump(include=set(RIGHTS_HEADINGS)).values()])
    kept, patterns = _attributes_of_wide(rest, kinds, notes)
    _say_what_nearly_fits({name: rest[name] for name in kept}, kinds, notes)
    if fields.title is None and _names_items(key, (*fields.text, *patterns, *views, *spaces)):
        fields = fields.model_copy(update={"title": key})
    mapped = {"id": key, "views": dict(views), "vectors": spaces, "text": (*fields.text, *patterns)}
    shown = {PICTURE_SPACE: SpaceSettings(encoder="descriptor")} if views else {}
    return Settings(
        source=SourceSettings(fields=fields.model_copy(update=mapped)),
        attributes=_attributes({name: kinds[name] for name in kept}),
        spaces={**shown, **{space: SpaceSettings(encoder="vector") for space in spaces}},
    )


def _sample(table: Rows, notes: list[str]) -> Sample:
    sample = take_sample(table)
    if not sample.rows:
        raise SourceError(f"{table.path} holds no rows that can be read")
    if sample.broken:
        notes.append(f"{sample.broken} of {sample.offered} rows cannot be read")
    return sample


def _usable(known: Mapping[str, Column], notes: list[str]) -> dict[str, Column]:
    empty = [name for name, column in known.items() if not column.cells]
    if empty:
        notes.append(f"left out, because no row looked at has a value: {listed(empty)}")
    return {name: column for name, column in known.items() if column.cells}


def _names_items(key: str, others: Collection[str]) -> bool:
    """Return whether the ids are the titles, too: by their heading, or for want of anything else."""
    return find_heading((key,), TITLE_HEADINGS) is not None or not others


def _drop(columns: dict[str, Column], names: Iterable[str | None]) -> None:
    """Take away the columns that have found their place."""
    for name in names:
        columns.pop(name or "", None)


def _kinds(columns: Mapping[str, Column], notes: list[str]) -> dict[str, Guess]:
    """Return what every column holds that can be an attribute."""
    kinds: dict[str, Guess] = {}
    unusable: dict[Unusable, list[str]] = {}
    for name, column in columns.items():
        guess = guess_type(column)
        if isinstance(guess, Unusable):
            unusable.setdefault(guess, []).append(name)
            continue
        kinds[name] = guess
        wrong = misfits(column, guess)
        if wrong:
            notes.append(f"{name}: {wrong} of {len(column.cells)} values looked at are no {guess.type.value}")
        if guess.decimal == ",":
            notes.append(f"{name}: numbers with a decimal comma")
        if guess.dates != "ymd":
            notes.append(f"{name}: dates with the {'day' if guess.dates == 'dmy' else 'month'} first")
        elif guess.type is AttributeType.STRING and len(date_orders(column)) > 1:
            notes.append(
                f"{name}: dates such as {column.cells[0]} may have day or month first, and stay text; "
                f'say so in pinakes.toml: [attributes.{name}] type = "date", dates = "dmy" or "mdy"'
            )
    notes += [f"left out, because of {why.value}: {listed(names)}" for why, names in unusable.items()]
    return kinds


def _say_what_nearly_fits(
    columns: Mapping[str, Column], kinds: Mapping[str, Guess], notes: list[str]
) -> None:
    """Tell of the attributes that are text because of a few cells: ``price < 50`` cannot be asked of them."""
    found = {
        name: near
        for name, column in columns.items()
        if kinds[name].type is AttributeType.STRING and (near := nearly(column))
    }
    if found:
        first = next(iter(found))
        each = [f"{name} ({cell} is no {kind.value})" for name, (kind, cell) in found.items()]
        notes.append(
            f"text because of a few values: {listed(each)}; to leave such values out, "
            f'say in pinakes.toml: [attributes.{first}] type = "{found[first][0].value}", and index again'
        )


def _words_and_rights(columns: Mapping[str, Column], kinds: Mapping[str, Guess]) -> FieldMap:
    """Return a field map with title, text and rights."""
    strings = {name: column for name, column in columns.items() if kinds[name].type is AttributeType.STRING}
    title = find_heading(strings, TITLE_HEADINGS)
    rights = {right: find_heading(columns, headings) for right, headings in RIGHTS_HEADINGS.items()}
    placed = {title, *rights.values()}
    least = LEAST_COVERAGE if is_wide(columns) else 0.0
    text = [
        name
        for name, column in strings.items()
        if name not in placed and column.coverage >= least and (is_text_heading(name) or is_prose(column))
    ]
    expires = kinds.get(rights["expires"] or "")
    dates = "ymd" if expires is None else expires.dates
    return FieldMap.model_validate({"title": title, "text": text, **rights, "dates": dates})


def _attributes_of_wide(
    columns: Mapping[str, Column], kinds: Mapping[str, Guess], notes: list[str]
) -> tuple[list[str], tuple[str, ...]]:
    """Return the columns to keep as attributes, and patterns for the words of the others."""
    kept = most_covered(columns)
    wordy = [
        n for n in columns if n not in kept and kinds[n].type in (AttributeType.STRING, AttributeType.SET)
    ]
    others = len(columns) - len(kept) - len(wordy)
    if len(kept) < len(columns):
        notes.append(
            f"{len(columns)} columns are too many for attributes: the {len(kept)} that most rows have are "
            f"kept, the words of {len(wordy)} are searched as text, and {others} of numbers, dates and the "
            "like are left out"
        )
    return kept, text_patterns(wordy)


def _attributes(kinds: Mapping[str, Guess]) -> dict[str, AttributeSettings]:
    attributes: dict[str, AttributeSettings] = {}
    for column, guess in kinds.items():
        name = attribute_name(column, attributes)
        renamed = None if name == column else column
        attributes[name] = AttributeSettings(column=renamed, **guess._asdict())
    return attributes
