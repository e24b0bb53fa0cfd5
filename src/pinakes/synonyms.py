"""``synonyms.toml``: words and phrases of a collection that stand for others; see docs/search.md.

What it says is part of a release, like the settings: it counts from the next publication on, and a rollback
brings the words of that release back.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pinakes.errors import SettingsError

SYNONYMS_FILE = "synonyms.toml"
TWO_WAY, ONE_WAY = "two_way", "one_way"

MOST = 10_000
"""How many words and phrases a file may have lines for."""

RELEASE_KEY = "synonyms"
"""Where a release keeps them, among the settings that decide its answers."""

Rules = Mapping[str, Sequence[str]]
"""What else is looked for, by the word or phrase that was typed."""


def load_synonyms(folder: Path) -> dict[str, list[str]]:
    """Read ``synonyms.toml`` of a collection; nothing where there is no such file.

    Returns:
        what else is looked for, sorted, by the word or phrase that was typed.

    Raises:
        SettingsError: the file is unreadable, is not TOML, or a line of it says something else.
    """
    path = folder / SYNONYMS_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {error}") from None
    return parse_synonyms(text, where=str(path))


def parse_synonyms(text: str, where: str = SYNONYMS_FILE) -> dict[str, list[str]]:
    """Read the text of ``synonyms.toml``; see `load_synonyms`."""
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where}: not valid TOML: {error}") from None
    found: dict[str, set[str]] = {}
    for table, lines in tables.items():
        if table not in (TWO_WAY, ONE_WAY) or not isinstance(lines, dict):
            at = _line_of(text, None, table)
            raise SettingsError(
                f"{where}, line {at}: {table!r} is not known; write [{TWO_WAY}] and [{ONE_WAY}], "
                'and below them lines such as sofa = ["couch"]'
            )
        for phrase, others in lines.items():
            fault = _fault(phrase, others)
            if fault:
                raise SettingsError(f"{where}, line {_line_of(text, table, phrase)}: {phrase!r} {fault}")
            group = [phrase, *others]
            for typed in group if table == TWO_WAY else group[:1]:
                found.setdefault(typed, set()).update(other for other in group if other != typed)
    if len(found) > MOST:
        raise SettingsError(f"{where}: {len(found)} words and phrases have synonyms, at most {MOST} may")
    return {typed: sorted(others) for typed, others in sorted(found.items())}


def with_synonyms(settings: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Return the settings of a release with its synonyms, if there are any."""
    return {**settings, RELEASE_KEY: dict(rules)} if rules else dict(settings)


def split_settings(settings: Mapping[str, Any]) -> tuple[dict[str, Any], Rules]:
    """Return the settings of a release without its synonyms, and these."""
    return {key: value for key, value in settings.items() if key != RELEASE_KEY}, settings.get(
        RELEASE_KEY, {}
    )


def _fault(phrase: str, others: object) -> str | None:
    """Return what is wrong with a line, or None."""
    if not isinstance(others, list) or not others or not all(isinstance(other, str) for other in others):
        return f'takes a list of at least one text, such as ["couch"]; got {others!r}'
    if not _speaks(phrase):
        return "has no letter and no digit"
    for other in others:
        if not _speaks(other):
            return f"cannot have {other!r} as a synonym: it has no letter and no digit"
    if phrase in others or len(set(others)) < len(others):
        return "names a word twice"
    return None


def _speaks(phrase: str) -> bool:
    return any(character.isalnum() for character in phrase)


def _line_of(text: str, table: str | None, key: str) -> int:
    """Return the number of the line on which a key of a table, or a table, begins; 1 if it is not found."""
    within: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        head = _keys(line if line.lstrip().startswith("[") else f"{line.partition('=')[0]}=0")
        if line.lstrip().startswith("["):
            within = head
            if table is None and head == key:
                return number
        elif within == table and head == key:
            return number
    return 1


def _keys(line: str) -> str | None:
    """Return the key or the name of the table that a line alone gives, or None."""
    try:
        return next(iter(tomllib.loads(line)), None)
    except tomllib.TOMLDecodeError:
        return None
