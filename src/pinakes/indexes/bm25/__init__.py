"""Search by words: from text to terms, the inverted index on disk, and BM25F over several segments."""
