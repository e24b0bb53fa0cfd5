"""What is searched: vectors, read or generated, queries that are no rows, and columns to filter by."""
