"""Search by words: from text to terms, the inverted index on disk, and BM25F over several segments."""

from pinakes.indexes.bm25.analyzer import Analyzer, open_analyzer, save_analyzer
from pinakes.indexes.bm25.bm25 import BM25Index, WordHits
from pinakes.indexes.bm25.build import APART, build_postings
from pinakes.indexes.bm25.lookup import Statistics
from pinakes.indexes.bm25.matching import Match
from pinakes.indexes.bm25.postings import Postings, open_postings, save_postings
from pinakes.indexes.bm25.query import Correction, WordQuery
from pinakes.indexes.bm25.reader import as_written, corrected, respelt, unquoted
from pinakes.indexes.bm25.segment import Segment

__all__ = [
    "APART",
    "Analyzer",
    "BM25Index",
    "Correction",
    "Match",
    "Postings",
    "Segment",
    "Statistics",
    "WordHits",
    "WordQuery",
    "as_written",
    "build_postings",
    "corrected",
    "open_analyzer",
    "open_postings",
    "respelt",
    "save_analyzer",
    "save_postings",
    "unquoted",
]
