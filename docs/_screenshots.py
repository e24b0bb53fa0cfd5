"""Takes the pictures of docs/screenshots: every kind of page, on a phone and a desk, in light and dark.

    python docs/_screenshots.py [FOLDER]

FOLDER is a sample gallery that `pinakes demo` has made; without it one is made in a temporary folder.
Needs a Chromium in the PATH.
"""

import io
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

import pinakes
from pinakes.samples.gallery import generate_gallery
from pinakes.serving.app import create_app
from pinakes.serving.config import ServingConfig
from pinakes.serving.run import address, listen

OUT = Path(__file__).parent / "screenshots"

PAGES = {
    "first": "/",
    "search": "/?q=striped+dress&f.family=garment",
    "meant": "/?q=sweatr",
    "item": "/items/coin-0001",
    "collection": "/collection",
    "empty": "/?q=purple+tractor",
    "filtered": "/?q=mint&f.family=coin&max.price=1",
    "error": "/?where=price+<",
    "why": "/?q=striped+dress&f.family=garment",
}

SHAPES = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a collection on a free port, and give its address."""
    config = ServingConfig(port=0)
    with pinakes.open(folder) as engine:
        listening = listen(config)
        server = uvicorn.Server(uvicorn.Config(create_app(engine, config), log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield address(listening)
        server.should_exit = True
        thread.join()


def act(page: Page, name: str) -> None:
    """Do what a picture shows the outcome of."""
    if name == "why":
        page.click("#hit-1 .why summary")
        page.wait_for_selector("#drawer[open]")


def take(folder: Path) -> None:
    """Take every picture."""
    OUT.mkdir(exist_ok=True)
    with served(folder) as site, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        for shape, options in SHAPES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(**options, color_scheme=scheme)
                for name, path in PAGES.items():
                    page = context.new_page()
                    page.goto(site + path)
                    page.wait_for_load_state("networkidle")
                    act(page, name)
                    page.wait_for_timeout(300)
                    shot = Image.open(io.BytesIO(page.screenshot()))
                    shot.save(OUT / f"{name}-{shape}-{scheme}.webp", quality=80, method=6)
                    page.close()
                context.close()
        browser.close()


def main(arguments: list[str]) -> None:
    """Take the pictures of a gallery that is there, or of one that is made for it."""
    if arguments:
        take(Path(arguments[0]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "sample gallery"
        generate_gallery(folder, size=600)
        pinakes.index(folder)
        take(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
