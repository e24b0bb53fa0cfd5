"""One grammar for filters: a one-line string and the equal JSON tree."""

from pinakes.filters.check import ITEM_FIELDS, check_filter
from pinakes.filters.mask import compile_mask
from pinakes.filters.nodes import (
    And,
    Node,
    Not,
    Operator,
    Or,
    Predicate,
    conjunction,
    conjuncts,
    fields_of,
    loosened,
)
from pinakes.filters.parse import parse_filter
from pinakes.filters.text import to_text
from pinakes.filters.tree import to_tree

__all__ = [
    "ITEM_FIELDS",
    "And",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Predicate",
    "check_filter",
    "compile_mask",
    "conjunction",
    "conjuncts",
    "fields_of",
    "loosened",
    "parse_filter",
    "to_text",
    "to_tree",
]
