"""Judgements in files: qrels as TREC has them, and the texts of their queries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pinakes.errors import SourceError

QRELS, QUERIES = "qrels.txt", "queries.jsonl"
"""What the files are called in a collection's folder."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """What is known of some queries.

    Attributes:
        texts: by query.
        grades: by query, the grade of each judged item; above 0 is relevant.
    """

    texts: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


def find_judgements(folder: Path) -> Path | None:
    """Return the judgements that lie in a collection's folder, if there are any."""
    return folder / QRELS if (folder / QRELS).is_file() else None


def read_judgements(qrels: Path) -> Judgements:
    """Read judgements.

    Args:
        qrels: lines of ``query 0 item grade``, as TREC has them. The texts of the queries lie beside it in
            ``queries.jsonl`` (``{"id": ..., "text": ...}``); without that file a query is its own text, with
            ``_`` for spaces.

    Raises:
        SourceError: a file cannot be read, or a line is none.
    """
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(qrels), start=1):
        parts = line.split()
        try:
            query, _, item, grade = parts
            grades.setdefault(query, {})[item] = int(grade)
        except ValueError:
            raise SourceError(
                f"{qrels}:{number}: {line!r} is no judgement; a line is: query 0 item grade"
            ) from None
    topics = qrels.with_name(QUERIES)
    texts = _texts(topics) if topics.is_file() else {query: query.replace("_", " ") for query in grades}
    kept = {query: judged for query, judged in grades.items() if query in texts and max(judged.values()) > 0}
    if not kept:
        raise SourceError(f"{qrels} has no query with a text and a relevant item")
    return Judgements({query: texts[query] for query in kept}, kept)


def _texts(path: Path) -> dict[str, str]:
    texts = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            row = json.loads(line)
            texts[str(row["id"])] = str(row["text"])
        except (ValueError, KeyError, TypeError):
            raise SourceError(f'{path}:{number}: a line is {{"id": ..., "text": ...}}') from None
    return texts


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {error}") from None
