"""A real browser on a served sample gallery."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM = next((found for found in map(shutil.which, ("chromium", "chromium-browser")) if found), None)

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]


@pytest.fixture(scope="module")  # not longer: while it runs, no other test can run an event loop
def chromium():
    """A headless Chromium of the system, or a skip where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("needs a chromium in the PATH: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def address(served_engine, server_of):
    """The address of the served gallery."""
    return server_of(served_engine)[0].rstrip("/")


@pytest.fixture
def open_page(chromium, address):
    """Open a page of the gallery; at the end nothing may have gone wrong in it, or left this origin."""
    contexts, complaints, origins, homes = [], [], set(), set()

    def open_one(path="/", at=address, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: origins.add(urlsplit(request.url)[:2]))
        homes.add(urlsplit(at)[:2])
        page.goto(at + path)
        page.wait_for_load_state("networkidle")
        return page

    def leave():
        while contexts:
            contexts.pop().close()

    open_one.complaints, open_one.leave = complaints, leave
    yield open_one
    leave()
    assert {origin for origin in origins if origin[0] not in ("blob", "data")} <= homes
    assert complaints == []


@pytest.fixture
def photo(pristine):
    """The file of a picture in the gallery."""
    return Path(next(iter(sorted((pristine / "images").glob("garment-0004*")))))
