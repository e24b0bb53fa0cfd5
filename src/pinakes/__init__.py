"""Pinakes: a search engine for collections of pictures and records."""

__version__ = "0.1.0"
