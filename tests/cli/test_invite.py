import io

import segno
from rich.console import Console

from pinakes.cli.invite import invite, own_address, qr_code, reachable

ADDRESS = "http://192.168.1.20:8000"
LIGHT = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
"""What each character draws: the upper and the lower module, 1 where it is light."""


def said(address, *, terminal):
    screen = Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)
    invite(screen, "serving photos at", address)
    return screen.file.getvalue()


def test_a_code_draws_the_modules_of_the_address():
    rows = []
    for line in qr_code(ADDRESS).splitlines():
        upper, lower = zip(*(LIGHT[character] for character in line), strict=True)
        rows += [upper, lower]
    modules = segno.make_qr(ADDRESS, error="m").matrix_iter(border=4)
    wanted = [tuple(1 - int(module) for module in row) for row in modules]
    assert rows[: len(wanted)] == wanted


def test_a_terminal_shows_a_code_for_other_machines():
    text = said(ADDRESS, terminal=True)
    assert text.startswith(f"serving photos at {ADDRESS}")
    assert "▀" in text


def test_what_only_this_machine_reaches_has_no_code():
    assert "▀" not in said("http://127.0.0.1:8000", terminal=True)


def test_a_log_gets_no_code():
    assert said(ADDRESS, terminal=False) == f"serving photos at {ADDRESS}  (Ctrl-C ends it)\n"


def test_any_address_becomes_the_one_that_others_reach():
    assert reachable("http://0.0.0.0:8123") == f"http://{own_address()}:8123"
    assert reachable(ADDRESS) == ADDRESS
