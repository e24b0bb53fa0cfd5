"""What names an answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pinakes.filters import parse_filter, to_tree
from pinakes.kernels.hashing import sha256_bytes
from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.results import Hit

_encode = json.JSONEncoder(sort_keys=True).encode

RECEIPT = 16
"""Hex digits of a receipt."""


def receipt(release: str, query: EncodedQuery, hits: Sequence[Hit]) -> str:
    """Return what names an answer: the same release, query and hits give the same receipt."""
    asked = {**without_vectors(query), "vectors": _vector_digests(query)}
    answer = [release, asked, [(hit.id, hit.score) for hit in hits]]
    return sha256_bytes(_encode(answer).encode())[:RECEIPT]


def without_vectors(query: EncodedQuery) -> dict[str, Any]:
    """Return a query, but for its vectors, in plain values that `json` can write."""
    where = query.where
    return {
        "text": query.words,
        "by_words": sorted(query.by_words),
        "exclude": sorted(query.exclude),
        "where": to_tree(parse_filter(where)) if isinstance(where, Mapping) else where,
        "as_of": query.as_of.isoformat(),
        "weights": {signal: float(weight) for signal, weight in query.weights.items()},
        "score": query.score,
        "top": int(query.cut.top),
        "candidates": int(query.cut.candidates),
        "collapse": query.cut.collapse,
        "sort": query.cut.sort,
        "offset": int(query.cut.offset),
        "facets": list(query.facets),
        "prefix": bool(query.prefix),
    }


def _vector_digests(query: EncodedQuery) -> dict[str, str]:
    """Return what a receipt says of the vectors that were searched for: by space, or by space and role."""
    named = {f"{name} {role}": v for name, roles in query.roles.items() for role, v in roles.items()}
    return {name: sha256_bytes(v.tobytes()) for name, v in {**query.vectors, **named}.items()}
