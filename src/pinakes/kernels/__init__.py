"""Pure functions on arrays: similarity, top-k, hashing."""
