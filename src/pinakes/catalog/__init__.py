"""The catalogue: what is in the collection now, and what happened to it."""
