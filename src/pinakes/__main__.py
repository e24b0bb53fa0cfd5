"""``python -m pinakes``: the command line."""

from pinakes.cli import main

main()
