"""What kind of values a column holds, judged by its cells and its name."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from enum import Enum
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from pinakes.sources.cells import as_text, as_vector, members, parse_list, shorten
from pinakes.sources.npy import LONGEST
from pinakes.sources.sampling import Column
from pinakes.sources.values import convert
from pinakes.types import AttributeType, Value

TOLERANCE = 0.01
"""Share of the cells of a column that may not fit its type; they are left out one by one."""

NEARLY = 0.2
"""Share of the cells of a column of text up to which those that are no numbers or dates are worth a word."""

SHORTEST_VECTOR = 3
"""Lists of so many numbers or more, all of one length, are vectors; a pair is rather a place or a range."""

SEPARATORS = (",", ";", "|")
"""What separates the members of a set in text."""

_CODE = frozenset(
    ("ean", "gtin", "isbn", "issn", "upc", "barcode", "zip", "zipcode", "postcode", "phone", "sku")
)
"""Words in the names of columns whose digits are names and not amounts."""

_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_YES_NO_NAME = re.compile(r"^(?:is|has|in)(?:_|(?=[A-Z]))")
_INTEGER = re.compile(r"\s*[+-]?(?:0|[1-9]\d{0,17})\s*", re.ASCII)
_LEADING_ZERO = re.compile(r"\s*0\d", re.ASCII)
_LETTER = re.compile(r"[^\W\d_]")


class Unusable(Enum):
    """Why a column can be no attribute."""

    NESTED = "objects in cells"
    BINARY = "bytes in cells"
    NUMBERS = "lists of numbers of different lengths"


class Guess(NamedTuple):
    """What the cells of a column are.

    Attributes:
        separator: what separates members, if it is a set.
        decimal: what stands before the decimals of its numbers.
        dates: the order of day, month and year in its dates.
    """

    type: AttributeType
    separator: str = ","
    decimal: str = "."
    dates: str = "ymd"


def name_words(name: str) -> list[str]:
    """Return the words of a column's name in lower case: ``imageURL_2`` gives image, url, 2."""
    return [word.lower() for word in re.findall(r"[^\W_]+", _WORD_ENDS.sub(" ", name))]


def vector_dim(column: Column) -> int | None:
    """Return the dimension of a column of vectors, or None where it holds something else."""
    lengths: Counter[int] = Counter()
    for cell in column.cells:
        numbers = parse_list(cell) if isinstance(cell, str) else cell
        if not isinstance(numbers, list | np.ndarray) or not _has_fractions(numbers):
            continue
        try:
            lengths[len(as_vector(numbers))] += 1
        except ValueError:
            continue
    dim, number = lengths.most_common(1)[0] if lengths else (0, 0)
    fits = SHORTEST_VECTOR <= dim <= LONGEST and number >= 0.9 * len(column.cells)
    return dim if fits else None


def guess_type(column: Column) -> Guess | Unusable:
    """Judge a column that holds no vectors; or say why it is unusable.

    Numbers have a decimal comma where they cannot be read with a decimal point: ``12,50``. Dates have the day
    or the month first where that can be told; see `date_orders`.
    """
    unusable = _unusable(column)
    if unusable is not None:
        return unusable
    if any(isinstance(cell, list | np.ndarray) for cell in column.cells):
        return Guess(AttributeType.SET)
    kind = next((kind for kind in _SCALARS if _SCALARS[kind](column)), None)
    if kind is not None:
        return Guess(kind)
    if _is_amount(column, AttributeType.FLOAT, ","):
        return Guess(AttributeType.FLOAT, decimal=",")
    orders = date_orders(column)
    if len(orders) == 1:
        return Guess(AttributeType.DATE, dates=orders[0])
    separator = set_separator(column)
    return Guess(AttributeType.STRING) if separator is None else Guess(AttributeType.SET, separator)


def date_orders(column: Column) -> tuple[str, ...]:
    """Return in which orders the dates of a column may be read: none, ``dmy``, ``mdy``, or both of them.

    A day past the 12th tells, unless another cell says the contrary; between points the day comes first.
    """
    if not all(isinstance(cell, str) for cell in column.cells):
        return ()
    fitting = [order for order in ("dmy", "mdy") if _fits(column, AttributeType.DATE, dates=order)]
    if not fitting:
        return ()
    day_first, month_first = (_days(column, order) for order in ("dmy", "mdy"))
    dotted = all("." in cell for cell, day in zip(column.cells, day_first, strict=True) if day is not None)
    if "dmy" in fitting and (dotted or day_first == month_first):  # 5/5/2024 is one day either way
        return ("dmy",)
    told = [
        order
        for order, days, others in (("dmy", day_first, month_first), ("mdy", month_first, day_first))
        if any(day is not None and other is None for day, other in zip(days, others, strict=True))
    ]
    return ("dmy", "mdy") if len(told) != 1 else tuple(set(told) & set(fitting))


def set_separator(column: Column) -> str | None:
    """Return what separates members in a column of text, or None where its cells are single values.

    A set shows by a vocabulary: short members, of which many come again.
    """
    texts = [cell for cell in column.cells if isinstance(cell, str)]
    if sum(parse_list(text) is not None for text in texts) > len(texts) / 2:
        return ","
    for separator in SEPARATORS:
        if sum(separator in text for text in texts) < max(1, 0.1 * len(texts)):
            continue
        found = Counter(member for text in texts for member in members(text, separator))
        total = found.total()
        short = sum(n for member, n in found.items() if len(member) <= 40 and len(member.split()) <= 4)
        worded = sum(n for member, n in found.items() if _LETTER.search(member))
        again = len(found) < total if total < 40 else len(found) <= total / 2
        if again and short >= 0.95 * total and worded >= 0.5 * total:
            return separator
    return None


def is_prose(column: Column) -> bool:
    """Return whether the cells of a column of strings are sentences rather than names."""
    texts = [cell for cell in column.cells if isinstance(cell, str)]
    words = sum(len(text.split()) for text in texts)
    return len(texts) > len(column.cells) / 2 and words >= 8 * len(texts) and column.distinct >= 0.5


def misfits(column: Column, guess: Guess) -> int:
    """Return the number of cells that are no values of a type."""
    return sum(isinstance(value, ValueError) for value in _tried(column, guess))


def nearly(column: Column) -> tuple[AttributeType, str] | None:
    """Return what a column of text would be but for a few cells, and one of those; None where it is text."""
    worded = bool(_CODE & set(name_words(column.name)))
    kinds = (
        (AttributeType.DATE,) if worded else (AttributeType.INTEGER, AttributeType.FLOAT, AttributeType.DATE)
    )
    found = []
    for kind in kinds:
        tried = _tried(column, Guess(kind))
        wrong = [cell for cell, got in zip(column.cells, tried, strict=True) if isinstance(got, ValueError)]
        known = sum(value is not None for value in tried) - len(wrong)
        if wrong and len(wrong) <= NEARLY * len(tried) and known >= len(tried) / 2:
            found.append((len(wrong), kind, shorten(wrong[0])))
    return min(found, key=itemgetter(0))[1:] if found else None


def _tried(column: Column, guess: Guess) -> list[Value | ValueError]:
    tried: list[Value | ValueError] = []
    for cell in column.cells:
        try:
            tried.append(convert(cell, *guess))
        except ValueError as error:
            tried.append(error)
    return tried


def _days(column: Column, order: str) -> list[Value]:
    """Return the cells as dates, or None where they are none."""
    tried = _tried(column, Guess(AttributeType.DATE, dates=order))
    return [None if isinstance(value, ValueError) else value for value in tried]


def _fits(column: Column, kind: AttributeType, decimal: str = ".", dates: str = "ymd") -> bool:
    """Return whether nearly all cells are values of a type, and not mostly words for *unknown*."""
    tried = _tried(column, Guess(kind, decimal=decimal, dates=dates))
    wrong = sum(isinstance(value, ValueError) for value in tried)
    known = sum(value is not None for value in tried) - wrong
    return wrong <= TOLERANCE * len(tried) and known >= len(tried) / 2


def _is_bool(column: Column) -> bool:
    digits = sum(as_text(cell).isdigit() for cell in column.cells)
    if digits and not _YES_NO_NAME.match(column.name):
        return False
    return _fits(column, AttributeType.BOOL)


def _is_integer(column: Column) -> bool:
    whole = sum(
        isinstance(cell, int) if not isinstance(cell, str) else bool(_INTEGER.fullmatch(cell))
        for cell in column.cells
    )
    return whole >= (1 - TOLERANCE) * len(column.cells) and _is_amount(column, AttributeType.INTEGER)


def _is_float(column: Column) -> bool:
    return _is_amount(column, AttributeType.FLOAT)


def _is_amount(column: Column, kind: AttributeType, decimal: str = ".") -> bool:
    code = _CODE & set(name_words(column.name))
    padded = any(isinstance(cell, str) and _LEADING_ZERO.match(cell) for cell in column.cells)
    return not code and not padded and _fits(column, kind, decimal)


def _is_date(column: Column) -> bool:
    return all(isinstance(cell, str | date) for cell in column.cells) and _fits(column, AttributeType.DATE)


_SCALARS = {
    AttributeType.BOOL: _is_bool,
    AttributeType.INTEGER: _is_integer,
    AttributeType.FLOAT: _is_float,
    AttributeType.DATE: _is_date,
}
"""The test for each type that is not text, in the order in which they are tried."""


def _unusable(column: Column) -> Unusable | None:
    for cell in column.cells:
        inner = cell if isinstance(cell, list) else (cell,)
        if any(isinstance(member, Mapping | list) for member in inner):
            return Unusable.NESTED
        if isinstance(cell, bytes):
            return Unusable.BINARY
        if isinstance(cell, list | np.ndarray) and _has_fractions(cell):
            return Unusable.NUMBERS
    return None


def _has_fractions(numbers: list[object] | np.ndarray) -> bool:
    """Return whether a list holds numbers with decimal points, or too many numbers to be a set."""
    if isinstance(numbers, np.ndarray):
        return numbers.dtype.kind == "f" or len(numbers) >= 32
    plain = all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers)
    return plain and (any(isinstance(number, float) for number in numbers) or len(numbers) >= 32)
