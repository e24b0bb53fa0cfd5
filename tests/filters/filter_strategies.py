"""Random schemas, rows and filters in JSON form, for the laws of filters."""

import math
import string
from datetime import date

from hypothesis import strategies as st

from pinakes.types import RESERVED_FIELDS, AttributeType

SCHEMA = {
    "price": AttributeType.FLOAT,
    "stock": AttributeType.INTEGER,
    "period": AttributeType.STRING,
    "sold": AttributeType.BOOL,
    "found": AttributeType.DATE,
    "seasons": AttributeType.SET,
}

HOSTILE = (
    "",
    " ",
    "'",
    "''",
    '"',
    "`",
    "\\",
    "\x00",
    "\n",
    "\x1b[31m",
    "%",
    "_",
    "*",
    "^.*$",
    "(?i)a",
    "[a-z]",
    "'; drop table items; --",
    "' or '1' = '1",
    "${x}",
    "{x}",
    "null",
    "true",
    "NaN",
    "\u202eabc",
    "שלום",
    "é",
    "e\u0301",
    "\uffff",
    "\U0001f600",
    "👩‍👩‍👧",
    "ß",
    "SS",
)
WORDS = ("and", "or", "not", "in", "between", "starts", "has", "any", "all", "is", "null", "true", "With")

_texts = st.sampled_from(HOSTILE) | st.text(max_size=4)
_integers = (
    st.integers(-3, 3)
    | st.sampled_from([2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63 - 2, -(2**63)])
    | st.integers(-(2**63), 2**63 - 1)
)
_floats = (
    st.integers(-3, 3).map(float)
    | st.sampled_from([0.5, -0.0, 2.0**53, 2.0**53 + 2, 2.0**63, -(2.0**63), 1e300, -1e300, 5e-324])
    | st.floats(allow_nan=False, allow_infinity=False)
)
_dates = st.dates(date(2024, 4, 28), date(2024, 5, 3)) | st.dates()
_sets = st.lists(st.sampled_from(["summer", "winter", "", "'"]) | _texts, max_size=3).map(
    lambda members: sorted(set(members))
)
_names = (st.sampled_from(WORDS) | st.text(string.ascii_letters + "_", min_size=1, max_size=4)).filter(
    lambda name: name not in RESERVED_FIELDS
)

# What a column may hold. Infinity and NaN cannot be named in a filter, but can lie in a column.
CELLS = {
    AttributeType.STRING: _texts,
    AttributeType.INTEGER: _integers,
    AttributeType.FLOAT: _floats | st.sampled_from([math.nan, math.inf, -math.inf]),
    AttributeType.BOOL: st.booleans(),
    AttributeType.DATE: _dates,
    AttributeType.SET: _sets,
}
_LITERALS = {
    AttributeType.STRING: _texts,
    AttributeType.INTEGER: _integers | _floats,
    AttributeType.FLOAT: _floats | _integers,
    AttributeType.BOOL: st.booleans(),
    AttributeType.DATE: _dates.map(date.isoformat),
    AttributeType.SET: _texts | st.sampled_from(["summer", "winter"]),
}

schemas = st.dictionaries(_names, st.sampled_from(list(AttributeType)), min_size=1, max_size=5)


def rows(schema):
    """Rows as dictionaries; any cell may be None."""
    return st.lists(
        st.fixed_dictionaries({name: st.none() | CELLS[kind] for name, kind in schema.items()}), max_size=8
    )


def trees(schema, cells=None):
    """Filters in JSON form; literals are often taken from the cells, so that equality happens."""
    predicates = st.sampled_from(sorted(schema)).flatmap(
        lambda name: _predicates(name, schema[name], _literals(schema[name], (cells or {}).get(name, ())))
    )
    return st.recursive(predicates, _joined, max_leaves=8)


def _literals(kind, seen):
    known = [value for value in seen if value is not None]
    if kind is AttributeType.SET:
        known = [member for members in known for member in members]
    if kind is AttributeType.DATE:
        known = [value.isoformat() for value in known]
    if kind is AttributeType.FLOAT:
        known = [value for value in known if math.isfinite(value)]
    return st.sampled_from(known) | _LITERALS[kind] if known else _LITERALS[kind]


def _predicates(name, kind, literal):
    def asked(ops, value):
        return st.fixed_dictionaries({"field": st.just(name), "op": st.sampled_from(ops), "value": value})

    null = st.fixed_dictionaries({"field": st.just(name), "op": st.sampled_from(["is null", "is not null"])})
    lists = st.lists(literal, min_size=1, max_size=3)
    if kind is AttributeType.BOOL:
        return null | asked(["=", "!="], literal)
    if kind is AttributeType.SET:
        return (
            null
            | asked(["has"], literal)
            | asked(["has any", "has all"], lists)
            | asked(["=", "!="], st.lists(literal, max_size=3))
        )
    ordered = asked(["=", "!=", "<", "<=", ">", ">="], literal)
    several = asked(["in", "not in"], lists) | asked(["between"], st.lists(literal, min_size=2, max_size=2))
    prefix = asked(["starts with"], literal) if kind is AttributeType.STRING else st.nothing()
    return null | ordered | several | prefix


def _joined(parts):
    lists = st.lists(parts, min_size=2, max_size=3)
    return (
        st.fixed_dictionaries({"and": lists})
        | st.fixed_dictionaries({"or": lists})
        | st.fixed_dictionaries({"not": parts})
    )
