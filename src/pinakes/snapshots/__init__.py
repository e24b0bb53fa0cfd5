"""Immutable, verified versions of a collection, and the refs that point to them."""
