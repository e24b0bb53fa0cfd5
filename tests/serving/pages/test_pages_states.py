"""The less usual faces of the page in a real browser: each says what happened and what to do."""

import csv

import pytest
from PIL import Image
from test_pages_browser import DONE, PHONE, ids

import pinakes
from pinakes.collection import Collection

pytestmark = pytest.mark.slow

NO_CAMERA = "delete Navigator.prototype.mediaDevices"
NOT_FOUND = """navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException("none", "NotFoundError")), 0"""
NOT_SECURE = "Object.defineProperty(window, 'isSecureContext', { get: () => false })"


@pytest.fixture
def open_collection(open_page, server_of):
    """Open a page of a collection of the test's own, and return it with its engine."""
    engines = []

    def open_one(folder, path="/", **options):
        engine = pinakes.open(folder)
        engines.append(engine)
        server = server_of(engine)[0].rstrip("/")
        return open_page(path, at=server, **options)

    yield open_one
    open_page.leave()  # what a page still loads needs the engine
    for engine in engines:
        engine.close()


@pytest.fixture
def wordless(tmp_path):
    """A collection of pictures without a word."""
    folder = tmp_path / "wordless"
    folder.mkdir()
    for number in range(4):
        Image.effect_noise((96, 96), 20 + 30 * number).save(folder / f"{number}.png")
    with (folder / "items.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image"])
        writer.writerows([str(number), f"{number}.png"] for number in range(4))
    pinakes.index(folder / "items.csv", into=folder / "collection")
    return folder / "collection"


def notice(page):
    page.wait_for_selector("#notice:not([hidden])")
    return page.text_content("#notice")


@pytest.mark.parametrize(
    ("broken", "says"),
    [(NOT_FOUND, "No camera was found"), (NOT_SECURE, "The camera needs a secure connection")],
)
def test_a_camera_that_cannot_be_shown_says_why(open_page, broken, says):
    page = open_page("/", permissions=["camera"])
    page.evaluate(broken)
    page.click("#camera")
    assert says in notice(page)


@pytest.mark.parametrize("broken", [NO_CAMERA, NOT_SECURE])
def test_a_phone_without_the_camera_interface_takes_the_picture_itself(open_page, photo, broken):
    page = open_page("/", **PHONE)
    page.evaluate(broken)
    with page.expect_file_chooser() as chooser:
        page.tap("#camera")
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(photo)
    page.wait_for_url("**pic=*")
    page.wait_for_selector(f"{DONE} .card")


def test_a_collection_without_words_says_so_and_offers_pictures(open_collection, wordless):
    page = open_collection(wordless, "/?q=anything")
    state = page.text_content(".state")
    assert "cannot be searched by words" in state
    assert "--encoder clip" in state


def test_a_new_release_while_paging_is_shown_from_its_start(open_collection, gallery):
    page = open_collection(gallery, "/?f.family=coin&f.family=garment&f.family=product&f.family=cocktail")
    gone = ids(page)[0]
    Collection(gallery).delete([gone])
    page.wait_for_timeout(1200)  # engines look for a new release twice a second
    page.click(".more a")
    assert "The collection has changed" in notice(page)
    assert gone not in ids(page)
    assert len(set(ids(page))) == len(ids(page))


def test_an_item_that_was_taken_down_after_it_was_found(open_page, open_collection, gallery):
    page = open_collection(gallery, "/?q=coin")
    first = ids(page)[0]
    Collection(gallery).block([first], "asked for")
    page.wait_for_timeout(1200)
    page.click("#hit-1 .picture")
    page.wait_for_load_state("networkidle")
    assert f"“{first}” was taken down" in page.text_content("main")
    page.goto(page.url.split("/items/")[0] + "/?q=coin")
    assert first not in ids(page)
    open_page.complaints[:] = [said for said in open_page.complaints if "status of 4" not in said]
