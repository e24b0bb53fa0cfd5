"""Search by words: from text to terms, the inverted index on disk, and BM25F over several segments."""

from pinakes.indexes.bm25.analyzer import Analyzer, open_analyzer, save_analyzer
from pinakes.indexes.bm25.bm25 import BM25Index, Match, Segment, Statistics, WordHits
from pinakes.indexes.bm25.postings import Postings, build_postings, open_postings, save_postings

__all__ = [
    "Analyzer",
    "BM25Index",
    "Match",
    "Postings",
    "Segment",
    "Statistics",
    "WordHits",
    "build_postings",
    "open_analyzer",
    "open_postings",
    "save_analyzer",
    "save_postings",
]
