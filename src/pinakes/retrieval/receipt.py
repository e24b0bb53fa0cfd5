"""What names an answer."""

import json
from collections.abc import Sequence

from pinakes.kernels.hashing import sha256_bytes
from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.results import Hit

_encode = json.JSONEncoder(sort_keys=True).encode

RECEIPT = 16
"""Hex digits of a receipt."""


def receipt(release: str, query: EncodedQuery, hits: Sequence[Hit]) -> str:
    """Return what names an answer: the same release, query and hits give the same receipt."""
    answer = [release, query.words, _vector_digests(query), [(hit.id, hit.score) for hit in hits]]
    return sha256_bytes(_encode(answer).encode())[:RECEIPT]


def _vector_digests(query: EncodedQuery) -> dict[str, str]:
    """Return what a receipt says of the vectors that were searched for: by space, or by space and role."""
    named = {f"{name} {role}": v for name, roles in query.roles.items() for role, v in roles.items()}
    return {name: sha256_bytes(v.tobytes()) for name, v in {**query.vectors, **named}.items()}
