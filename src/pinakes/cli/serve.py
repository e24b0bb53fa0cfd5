"""``pinakes serve``: the HTTP API and the pages of a collection."""

import os
from typing import Annotated

import typer
from rich.markup import escape

from pinakes.cli.invite import invite
from pinakes.cli.options import Folder
from pinakes.cli.output import console
from pinakes.serving.config import ServingConfig
from pinakes.serving.keys import parse_keys
from pinakes.serving.run import serve as run

KEYS_VARIABLE = "PINAKES_API_KEYS"
"""Holds the API keys, ``role:key`` with commas between; not an option, because others see those."""


def serve(
    folder: Folder,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for any.", min=0, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="How many processes answer.", min=1, max=256)] = 1,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Nobody may change items; the inbox is left alone.")
    ] = False,
    public_search: Annotated[
        bool, typer.Option("--public-search", help="Strangers may search and look at items, slowed down.")
    ] = False,
    fetch_pictures: Annotated[
        bool, typer.Option("--fetch-pictures", help="Queries may name a picture by its https:// address.")
    ] = False,
) -> None:
    """Serve a collection over HTTP until interrupted.

    Without API keys it is open to this machine only. Keys come in the environment:
    PINAKES_API_KEYS=search:KEY,admin:KEY

    Example: pinakes serve photos --port 8000
    """
    config = ServingConfig(
        host=host,
        port=port,
        workers=workers,
        read_only=read_only,
        public_search=public_search,
        fetch_pictures=fetch_pictures,
        keys=parse_keys(os.environ.get(KEYS_VARIABLE, "")),
    )
    run(
        folder,
        config,
        announce=lambda address: invite(console(), f"serving {escape(str(folder))} at", address),
    )
