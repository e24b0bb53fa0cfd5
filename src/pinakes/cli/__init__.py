"""The command line: one file for each family of commands."""

from pinakes.cli.app import main

__all__ = ["main"]
