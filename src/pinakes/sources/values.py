"""Cells of a table as typed values."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pinakes.sources.cells import as_text, is_nothing, members, shorten
from pinakes.types import AttributeType, Value

INTEGER_LIMIT = 2**63
"""Integers are stored in 64 bits."""

_LOCAL = {"dmy": "31.12.2024", "mdy": "12/31/2024"}
"""An example of each order of a date that is not ISO 8601."""

_TRUE = frozenset(("true", "yes", "1", "t", "y"))
_FALSE = frozenset(("false", "no", "0", "f", "n"))
_NOTHING = frozenset(("", "nan", "null", "none", "n/a", "na", "-"))
"""How tables write that a number, a date or a truth value is unknown."""

_CURRENCY = re.compile(r"^[$€£¥₹]\s*|\s*[$€£¥₹]$|^(?:USD|EUR|GBP|CHF|JPY)\s*|\s*(?:USD|EUR|GBP|CHF|JPY)$")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_WITH_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:[.' \u00a0\u2019\u202f]\d{3})+|\d+)(?:,\d*)?|[+-]?,\d+")
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LOCAL_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?[T ]+\d{1,2}:\d{2}.*)?", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)


def convert(
    cell: Any, kind: AttributeType, separator: str = ",", decimal: str = ".", dates: str = "ymd"
) -> Value:
    """Return a cell as a value of a type, or None where it says nothing.

    Commas group thousands in numbers with a decimal point, and points, spaces and apostrophes in those with a
    decimal comma; a currency sign is dropped. Dates are ISO 8601, or with day or month first where ``dates``
    says so, and of a time only its day is kept. A set comes from a list or from text split at the separator,
    and is stripped, without empty or repeated members, and sorted: ``"Spring,Summer"`` equals
    ``"Summer, Spring"``.

    Args:
        cell: what the table holds.
        kind: the type of the attribute.
        separator: what separates the members in the text of a set.
        decimal: what stands before the decimals of a number in text: ``.`` or ``,``.
        dates: the order of day, month and year in text, such as ``dmy``; ISO 8601 is read in any case.

    Raises:
        ValueError: the cell holds something that is no value of this type.
    """
    if kind is AttributeType.DATE:
        mark = dates
    else:
        mark = decimal if kind in (AttributeType.INTEGER, AttributeType.FLOAT) else separator
    return None if is_nothing(cell) else _CONVERTERS[kind](cell, mark)


def _to_string(cell: Any, separator: str) -> str | None:
    if isinstance(cell, Mapping | bytes):
        raise ValueError(f"{shorten(cell)} is not text")
    return as_text(cell, f"{separator} ") or None


def _to_integer(cell: Any, decimal: str) -> int | None:
    number: Any = _bare_number(cell, decimal) if isinstance(cell, str) else cell
    if number is None:
        return None
    if isinstance(number, str):
        if _INTEGER.fullmatch(number):
            number = int(number)
        elif _FLOAT.fullmatch(number):
            number = float(number)
    whole = isinstance(number, int) and not isinstance(number, bool)
    if isinstance(number, float | Decimal) and math.isfinite(number):
        whole = number == int(number)
    if not whole or not -INTEGER_LIMIT <= number < INTEGER_LIMIT:
        raise ValueError(f"{shorten(cell)} is not a 64-bit integer")
    return int(number)


def _to_float(cell: Any, decimal: str) -> float | None:
    number = math.nan
    if isinstance(cell, str):
        text = _bare_number(cell, decimal)
        if text is None:
            return None
        if _FLOAT.fullmatch(text):
            number = float(text)
    elif isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        try:
            number = float(cell)
        except OverflowError:
            number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{shorten(cell)} is not a finite number")
    return number


def _to_bool(cell: Any, separator: str) -> bool | None:
    if isinstance(cell, bool):
        return cell
    word = as_text(cell).lower()
    if word in _NOTHING:
        return None
    if word not in _TRUE and word not in _FALSE:
        raise ValueError(f"{shorten(cell)} is not true or false; write true, false, yes, no, 1 or 0")
    return word in _TRUE


def _to_date(cell: Any, dates: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str):
        if cell.strip().lower() in _NOTHING:
            return None
        try:
            if match := _DATE.fullmatch(cell.strip()):
                return date.fromisoformat(match[1])
            if dates in _LOCAL and (match := _LOCAL_DATE.fullmatch(cell.strip())):
                day, month = (match[1], match[3]) if dates == "dmy" else (match[3], match[1])
                return date(int(match[4]), int(month), int(day))
        except ValueError:
            pass
    local = f"{_LOCAL[dates]} or " if dates in _LOCAL else ""
    raise ValueError(f"{shorten(cell)} is not a date; write it as {local}2024-12-31")


def _to_set(cell: Any, separator: str) -> tuple[str, ...] | None:
    if isinstance(cell, Mapping | bytes):
        raise ValueError(f"{shorten(cell)} is not a list or text")
    return tuple(sorted(set(members(cell, separator)))) or None


_CONVERTERS: Mapping[AttributeType, Callable[[Any, str], Value]] = {
    AttributeType.STRING: _to_string,
    AttributeType.INTEGER: _to_integer,
    AttributeType.FLOAT: _to_float,
    AttributeType.BOOL: _to_bool,
    AttributeType.DATE: _to_date,
    AttributeType.SET: _to_set,
}


def _bare_number(text: str, decimal: str) -> str | None:
    """Return a number as text with a decimal point alone, or None where the text says that it is unknown."""
    text = text.strip()
    if text.lower() in _NOTHING:
        return None
    text = _CURRENCY.sub("", text, count=1)
    if decimal == ",":  # 12.5 is no number then, and is not taken for one
        return re.sub(r"[^\d,+-]", "", text).replace(",", ".") if _WITH_COMMA.fullmatch(text) else ""
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
