"""What is said of a filter that cannot be read: where, what was found, what was expected."""

import re

from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pinakes.errors import FilterError

_REACH = 50
"""How many characters before and after the trouble are shown."""

_VALUE = "a value (a text in quotes, a number, true or false)"
_OPERATOR = "an operator (=, !=, <, <=, >, >=, in, not in, between, starts with, has, is null)"
_PHRASES = {
    **dict.fromkeys(("NAME", "QUOTED_NAME"), "a field"),
    **dict.fromkeys(("STRING", "NUMBER", "TRUE", "FALSE"), _VALUE),
    "_LPAR": "'('",
    "_RPAR": "')'",
    "_COMMA": "','",
    "$END": "the end",
}
_DATE, _YEAR = re.compile(r"\d{4}-\d\d-\d\d"), 4
"""A date without quotes is read as the number of its year, and the trouble begins behind that."""
_SPELLINGS = {"=": "; equality is one =", ">": "; unequal is !="}


def located(text: str, position: int, message: str) -> FilterError:
    """Return the error for trouble at a position of a filter, with the place shown by a caret."""
    start, end = max(0, position - _REACH), position + _REACH
    # One place for each character, whatever it does to a terminal.
    shown = "".join(c if c.isprintable() else " " for c in text[start:end])
    pointer = " " * (position - start) + "^"
    return FilterError(f"filter, character {position + 1}: {message}\n  {shown}\n  {pointer}", position)


def syntax_error(text: str, error: UnexpectedToken | UnexpectedCharacters) -> FilterError:
    """Return the error for a filter that is not of the grammar."""
    if isinstance(error, UnexpectedCharacters):
        position = error.pos_in_stream or 0
        if text[position] in "'\"`":
            return located(text, position, f"the quote {text[position]} that opens here is never closed")
        return located(text, position, f"found {text[position]!r}, which begins no word of a filter")
    at_end = error.token.type == "$END"
    position = len(text) if at_end else error.token.start_pos or 0
    found = "the end" if at_end else repr(str(error.token))
    advice = _advice(text, position, error)
    return located(text, position, f"expected {_expected(error.accepts)}, found {found}{advice}")


def _expected(terminals: set[str]) -> str:
    """Return the terminals that the grammar accepts here, in plain words."""
    if "ORDER" in terminals:
        return _OPERATOR
    named = [phrase for terminal, phrase in _PHRASES.items() if terminal in terminals]
    words = sorted(f"'{t.strip('_').lower()}'" for t in terminals - set(_PHRASES))
    choices = list(dict.fromkeys([*named, *words]))
    return " or ".join(filter(None, [", ".join(choices[:-1]), choices[-1]]))


def _advice(text: str, position: int, error: UnexpectedToken) -> str:
    """Return what would be right, for the slips that people make most."""
    accepts, token = error.accepts, error.token
    if date := _DATE.match(text, max(0, position - _YEAR)):
        return f"; a date stands in quotes: '{date[0]}'"
    if token.type == "NULL":
        return "; an unknown value is asked for with: is null"
    if token.type == "NAME" and "STRING" in accepts:
        return f"; a text stands in quotes: '{token}'"
    if "NAME" in accepts and token.isalpha():
        return f"; a field of that name is written `{token}`"
    if "STRING" in accepts and token in _SPELLINGS:
        return _SPELLINGS[token]
    return ""
