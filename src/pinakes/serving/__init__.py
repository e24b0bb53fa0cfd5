"""The HTTP API of a collection, its limits, and how it is operated."""
