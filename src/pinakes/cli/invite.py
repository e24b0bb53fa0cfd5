"""Where a served collection is to be found: its address, and a code for phones on the same network."""

import io
import socket
from urllib.parse import urlsplit

from rich.console import Console

from pinakes.serving.config import is_loopback

ANY = ("0.0.0.0", "::")
"""Hosts that stand for every address of this machine."""


def invite(screen: Console, title: str, address: str) -> None:
    """Print where a service is; where other machines reach it, also as a QR code (ISO/IEC 18004).

    Args:
        screen: where to print; a code is for eyes, so only a terminal gets one.
        title: what is served.
        address: as the server listens, such as ``http://0.0.0.0:8000``.
    """
    reached = reachable(address)
    screen.print(f"{title} [bold]{reached}[/]  (Ctrl-C ends it)")
    if screen.is_terminal and not is_loopback(urlsplit(reached).hostname or ""):
        screen.print(qr_code(reached), style="bright_white on black", markup=False, no_wrap=True)
        screen.print("[dim]or point the camera of a phone on this network at the code[/]")


def reachable(address: str) -> str:
    """Return an address that other machines can use: the machine's own instead of "any"."""
    parts = urlsplit(address)
    if parts.hostname not in ANY:
        return address
    return f"http://{own_address()}:{parts.port}"


def own_address() -> str:
    """Return the address of this machine on its network, or the loopback address where it has none.

    Nothing is sent: connecting a datagram socket only asks for the route.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.1", 9))  # RFC 5737: an address for documentation
        except OSError:
            return "127.0.0.1"
        return str(route.getsockname()[0])


def qr_code(text: str) -> str:
    """Return a text as a QR code made of half blocks, light where there is ink, with its quiet zone."""
    import segno  # noqa: PLC0415 (only when somebody is invited)

    drawn = io.StringIO()
    segno.make_qr(text, error="m").terminal(out=drawn, compact=True)
    return drawn.getvalue().rstrip("\n")
