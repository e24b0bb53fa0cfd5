"""The pages in a real browser: everything that a person does with them."""

import base64
import io
import re

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}

DONE = "#results:not([aria-busy=true])"

COLUMNS = "getComputedStyle(document.querySelector('.grid')).gridTemplateColumns"


def ids(page):
    return page.eval_on_selector_all("#results .card[data-id]", "cards => cards.map(card => card.dataset.id)")


def search_for(page, words):
    """Type words, and wait until their answer is there."""
    with page.expect_response(lambda answer: f"q={words.replace(' ', '+')}" in answer.url):
        page.fill("#q", words)
    page.wait_for_selector(DONE)


def sent_picture(page, act):
    """Do something that sends a picture, and return the bytes that left the page.

    The protocol of the browser does not tell the parts of a form that are files.
    """
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = (address, options) => {
                const image = options?.body instanceof FormData && options.body.get("image");
                if (image)
                    window.sentImage = image.arrayBuffer().then((bytes) => [...new Uint8Array(bytes)]);
                return real(address, options);
            };
        }"""
    )
    act()
    page.wait_for_function("() => window.sentImage")
    return bytes(page.evaluate("() => window.sentImage"))


def drop_file(page, path, selector="body"):
    """Drop a file as a person would: the browser sees the same events."""
    data = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(
        """([selector, data]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
            for (const type of ["dragenter", "dragover", "drop"])
                document.querySelector(selector).dispatchEvent(
                    new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }));
        }""",
        [selector, data],
    )


def test_results_come_while_typing_and_the_address_is_the_search(open_page, served_engine):
    page = open_page()
    search_for(page, "striped sweater")
    assert ids(page) == list(served_engine.search("striped sweater", top=24).ids)
    assert page.url.endswith("/?q=striped+sweater")
    assert page.text_content("#count") == page.text_content(".summary strong")
    again = open_page("/" + page.url.split("/")[-1])
    assert ids(again) == ids(page)


def test_the_old_grid_dims_and_never_blanks(open_page):
    page = open_page("/?q=blue")
    before = ids(page)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/?q=red**", hold)
    page.fill("#q", "red")
    page.wait_for_selector("#results[aria-busy=true]")
    assert ids(page) == before
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    page.wait_for_selector(DONE)
    assert ids(page) != before


def test_a_slow_picture_is_told_to_those_who_see_no_bar(open_page, photo):
    page = open_page("/?q=blue")
    page.route("**/search", lambda route: page.wait_for_timeout(1200) or route.continue_())
    page.set_input_files("#picture", photo)
    page.wait_for_selector("#count:text('Sending the picture')", state="attached")
    page.wait_for_selector(DONE)
    assert page.text_content("#count") == page.text_content(".summary strong")


def test_the_newest_words_win(open_page, served_engine):
    page = open_page()
    for words in ("b", "bl", "blue", "blue d", "daisy"):
        page.fill("#q", words)
        page.wait_for_timeout(60)
    page.wait_for_url("**/?q=daisy")
    page.wait_for_selector(DONE)
    assert ids(page) == list(served_engine.search("daisy", top=24).ids)


def test_a_chosen_picture_is_made_small_and_loses_its_metadata(open_page, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "Taken at home"
    exif[0x0112] = 6  # to be turned by 90 degrees
    large = tmp_path / "large.jpg"
    Image.effect_noise((3000, 1500), 80).convert("RGB").save(large, exif=exif)
    page = open_page()
    sent = sent_picture(page, lambda: page.set_input_files("#picture", large))
    assert b"Taken at home" not in sent
    assert b"Exif" not in sent
    assert Image.open(io.BytesIO(sent)).size == (512, 1024)
    page.wait_for_selector(f"{DONE} .card")


def test_a_picture_of_the_collection_finds_its_item(open_page, photo):
    page = open_page()
    page.set_input_files("#picture", photo)
    page.wait_for_selector(f"{DONE} .summary")
    page.wait_for_url("**pic=*")
    assert ids(page)[0] == "garment-0004"
    assert page.is_visible("#query-picture")


def test_a_dropped_picture_with_words(open_page, photo):
    page = open_page()
    drop_file(page, photo)
    page.wait_for_url("**pic=*")
    with page.expect_response("**/search"):
        page.fill("#q", "but blue")
    page.wait_for_selector(DONE)
    assert page.is_hidden(".drop")
    page.click(".why summary")
    said = page.text_content("#drawer")
    assert "picture similarity" in said
    assert "blue" in said


def test_a_pasted_picture(open_page, photo):
    page = open_page()
    data = base64.b64encode(photo.read_bytes()).decode()
    page.evaluate(
        """(data) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true }));
        }""",
        data,
    )
    page.wait_for_url("**pic=*")
    page.wait_for_selector(DONE)
    assert ids(page)[0] == "garment-0004"


def test_the_camera_takes_a_picture(open_page):
    page = open_page("/", permissions=["camera"])
    page.click("#camera")
    page.wait_for_function("() => document.querySelector('#viewfinder video').videoWidth > 0")
    page.click("[data-shoot]")
    page.wait_for_url("**pic=*")
    page.wait_for_selector(f"{DONE} .card")
    assert page.is_hidden("#viewfinder")


def test_a_camera_that_is_not_allowed_is_said_to_be(open_page):
    page = open_page("/")
    page.click("#camera")
    page.wait_for_selector("#notice:not([hidden])")
    assert "The camera is not allowed here" in page.text_content("#notice")


def test_a_part_of_the_picture_can_be_chosen(open_page, photo):
    page = open_page()
    page.set_input_files("#picture", photo)
    page.wait_for_url("**pic=*")
    whole = page.url
    page.click("[data-crop]")
    surface = page.locator("#cropper canvas").bounding_box()
    x, y, width, height = surface["x"], surface["y"], surface["width"], surface["height"]

    def drag():
        page.mouse.move(x + width * 0.25, y + height * 0.25)
        page.mouse.down()
        page.mouse.move(x + width * 0.75, y + height * 0.5, steps=5)
        page.mouse.up()

    part = Image.open(io.BytesIO(sent_picture(page, drag)))
    page.wait_for_function(f"() => location.href !== {whole!r}")
    # the pictures of the gallery have 512 x 512 pixels
    assert part.size == (pytest.approx(256, abs=8), pytest.approx(128, abs=8))


def test_a_refused_file_says_why_and_the_results_stay(open_page, tmp_path):
    page = open_page("/?q=blue")
    before = ids(page)
    nonsense = tmp_path / "notes.jpg"
    nonsense.write_bytes(b"these are notes")
    page.set_input_files("#picture", nonsense)
    page.wait_for_selector("#notice:not([hidden])")
    assert "not a picture of a kind that is read here" in page.text_content("#notice")
    assert ids(page) == before
    assert page.is_hidden("#query-picture")
    assert [said for said in open_page.complaints if "422" not in said] == []
    open_page.complaints.clear()


def test_a_sample_begins_a_search(open_page):
    page = open_page()
    page.click("text=cocktails with mint")
    page.wait_for_url("**q=mint**")
    page.wait_for_selector(DONE)
    assert all(item.startswith("cocktail-") for item in ids(page))


def test_filters_work_at_once_and_back_undoes_them(open_page):
    page = open_page("/?q=blue")
    before = ids(page)
    page.check("input[name='f.family'][value=garment]")
    page.wait_for_url("**f.family=garment**")
    page.wait_for_selector(DONE)
    assert ids(page)
    assert all(item.startswith("garment-") for item in ids(page))
    page.go_back()
    page.wait_for_function(f"() => document.querySelectorAll('#results .card').length === {len(before)}")
    assert ids(page) == before
    assert not page.is_checked("input[name='f.family'][value=garment]")


def test_a_filter_in_use_can_be_dropped(open_page):
    page = open_page("/?q=blue&f.family=garment")
    page.click("[data-drop=family]")
    page.wait_for_function("() => !location.search.includes('family')")
    page.wait_for_selector(DONE)
    assert {item.split("-")[0] for item in ids(page)} > {"garment"}


def test_more_like_this(open_page, served_engine):
    page = open_page("/?q=coin")
    page.hover("#hit-1")
    first = ids(page)[0]
    page.click("#hit-1 .similar")
    page.wait_for_url("**like=*")
    page.wait_for_selector(DONE)
    assert ids(page) == list(served_engine.search(like=first, top=24).ids)
    assert page.is_visible(".liked img")


def test_more_hits_are_added_below_and_back_keeps_the_place(open_page):
    page = open_page("/?f.synthetic=true")
    first = ids(page)
    page.click(".more a")
    page.wait_for_function("() => document.querySelectorAll('#results .card').length === 48")
    assert ids(page)[:24] == first
    assert page.evaluate("document.activeElement.closest('.card').id") == "hit-25"
    page.locator("#hit-40 .picture").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    page.click("#hit-40 .picture")
    page.wait_for_url("**/items/**")
    page.go_back()
    page.wait_for_selector("#hit-48")
    page.wait_for_function(f"() => Math.abs(scrollY - {place}) < 120")


def test_back_finds_the_picture_again(open_page, photo):
    page = open_page()
    page.set_input_files("#picture", photo)
    page.wait_for_url("**pic=*")
    page.wait_for_selector(DONE)
    found = ids(page)
    page.click("#hit-3 .picture")
    page.wait_for_url("**/items/**")
    page.go_back()
    page.wait_for_selector("#query-picture:not([hidden])")
    page.wait_for_selector(DONE)
    assert ids(page) == found


def test_a_link_to_a_picture_search_says_that_the_picture_is_not_in_it(open_page):
    page = open_page("/?pic=someoneelse")
    page.wait_for_selector("text=The picture of this search is gone")


def test_a_picture_given_on_an_item_page_is_taken_to_the_search(open_page, photo):
    page = open_page("/items/coin-0004")
    page.set_input_files("#picture", photo)
    page.wait_for_url("**pic=*")
    page.wait_for_selector("#hit-1")
    page.wait_for_selector(DONE)
    assert ids(page)[0] == "garment-0004"


def test_why_this_rank(open_page, served_engine):
    page = open_page("/?q=blue")
    page.click("#hit-1 .why summary")
    drawer = page.text_content("#drawer")
    results = served_engine.search("blue", top=25)
    assert str(results[0].reasons[0]) in drawer
    assert results.release in drawer
    assert "bm25" in drawer
    assert re.search(r"Receipt[0-9a-f]{16}", drawer)
    page.keyboard.press("Escape")
    assert page.is_hidden("#drawer")


def test_the_keyboard_alone(open_page):
    page = open_page("/?f.synthetic=true")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("ArrowDown")
    at = "document.activeElement.closest('.card').id"
    assert page.evaluate(at) == "hit-1"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(at) == "hit-2"
    columns = (
        page.evaluate("getComputedStyle(document.querySelector('.grid')).gridTemplateColumns").count(" ") + 1
    )
    page.keyboard.press("ArrowDown")
    assert page.evaluate(at) == f"hit-{2 + columns}"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(at) == "hit-1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/**")


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page("/?q=blue")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_without_scripts(open_page, photo):
    page = open_page("/", java_script_enabled=False)
    page.fill("#q", "striped")
    page.click(".go")
    page.wait_for_url("**q=striped**")
    page.check("input[name='f.family'][value=garment]")
    page.click("text=Apply")
    page.wait_for_url("**f.family=garment**")
    assert page.locator("#results .card").count() > 0
    page.locator(".why summary").first.click()
    assert page.locator(".why-body").first.is_visible()
    page.set_input_files(".by-picture input[type=file]", photo)
    page.click(".by-picture button")
    page.wait_for_url("**/search")
    assert page.locator("#hit-1").get_attribute("data-id") == "garment-0004"


def test_a_phone(open_page):
    page = open_page("/?q=blue", **PHONE)
    assert len(page.evaluate(COLUMNS).split()) == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.is_hidden("#filters")
    page.tap(".filters-button")
    assert page.is_visible("#filters")
    page.tap("#filters label:has(input[value=garment])")
    page.wait_for_url("**f.family=garment**")
    page.wait_for_selector(DONE, state="attached")
    assert page.is_visible("#filters")
    assert page.inner_text(".sheet-foot button").endswith(page.inner_text(".summary strong"))
    page.tap(".sheet-foot button")
    assert page.is_hidden("#filters")
    page.evaluate("scrollTo(0, 900)")
    page.wait_for_timeout(100)
    assert page.locator("#q").bounding_box()["y"] >= 0


@pytest.mark.parametrize(
    "path", ["/", "/?q=blue", "/items/coin-0004", "/collection", "/api", "/items/nobody"]
)
def test_no_page_is_wider_than_a_phone(open_page, path):
    page = open_page(path, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    open_page.complaints[:] = [said for said in open_page.complaints if "404" not in said]


@pytest.mark.parametrize(("width", "columns"), [(280, 2), (320, 2), (390, 2), (480, 2), (820, 3)])
def test_a_grid_has_as_many_columns_as_a_screen_has_room_for(open_page, width, columns):
    page = open_page("/?q=blue", **PHONE | {"viewport": {"width": width, "height": 800}})
    assert len(page.evaluate(COLUMNS).split()) == columns


@pytest.mark.parametrize("width", [1280, 1000, 900])
def test_the_top_of_a_page_is_one_line(open_page, width):
    page = open_page("/?q=blue", viewport={"width": width, "height": 800})
    assert page.locator(".top nav a").bounding_box()["height"] < 45
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_right_to_left(open_page):
    page = open_page("/?q=blue")
    page.evaluate("document.documentElement.dir = 'rtl'")
    filters, results = (page.locator(part).bounding_box() for part in ("#filters", "#results"))
    assert filters["x"] > results["x"] + results["width"] / 2
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('.card').id") == "hit-2"
    page.click("#hit-1 .why summary")
    space = page.evaluate(
        """() => {
            const [matched, rank] = document.querySelectorAll("#drawer tbody td");
            const words = (cell) => {
                const range = document.createRange();
                range.selectNodeContents(cell);
                return range.getBoundingClientRect();
            };
            return words(matched).left - words(rank).right;
        }"""
    )
    assert space > 5


def test_offline_and_back(open_page):
    page = open_page("/?q=blue")
    before = ids(page)
    page.context.set_offline(True)
    page.wait_for_selector(".offline:not([hidden])")
    page.fill("#q", "red")
    page.wait_for_selector("#notice:not([hidden])")
    assert "There is no connection" in page.text_content("#notice")
    assert ids(page) == before
    page.context.set_offline(False)
    page.wait_for_selector("#notice", state="hidden")
    page.wait_for_url("**q=red**")
    open_page.complaints[:] = [said for said in open_page.complaints if "ERR_INTERNET" not in said]


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [(429, {"Retry-After": "7"}, "Trying again in"), (500, {"X-Request-ID": "abc12345"}, "abc12345")],
)
def test_a_server_in_trouble(open_page, status, headers, says):
    page = open_page("/?q=blue")
    problem = '{"type": "urn:pinakes:problem:x", "title": "One moment", "detail": "It is busy"}'
    page.route(
        "**/?q=red**",
        lambda route: route.fulfill(
            status=status, headers={**headers, "Content-Type": "application/problem+json"}, body=problem
        ),
    )
    page.fill("#q", "red")
    page.wait_for_selector("#notice:not([hidden])")
    assert says in page.text_content("#notice")
    assert page.locator("#notice .countdown:not([role=timer])").count() == 0
    assert ids(page)
    open_page.complaints[:] = [said for said in open_page.complaints if str(status) not in said]


def test_less_motion_is_respected(open_page):
    page = open_page("/?q=blue", reduced_motion="reduce")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('#results')).transitionDuration") == "1e-05s"
    )


def test_an_answer_is_there_soon_after_typing_stops(open_page):
    page = open_page("/?q=red")
    page.fill("#q", "blue")
    begun = page.evaluate("performance.now()")
    page.wait_for_url("**q=blue**")
    page.wait_for_selector(DONE)
    assert page.evaluate("performance.now()") - begun < 1000  # generous: other work may share the machine


def test_what_was_found_can_be_put_in_order(open_page, served_engine):
    page = open_page("/?f.family=garment")
    page.select_option(".sort select", "-price")
    page.wait_for_url("**sort=-price**")
    page.wait_for_selector(DONE)
    wanted = served_engine.search(where="family = 'garment'", sort="-price", top=24)
    assert ids(page) == list(wanted.ids)
    assert page.input_value(".sort select") == "-price"


def test_a_word_is_unfinished_only_while_it_is_typed(open_page):
    page = open_page()
    with page.expect_request("**/?q=cockt*") as typed:
        page.fill("#q", "cockt")
    page.wait_for_url("**/?q=cockt")
    with page.expect_request("**/?q=cockt") as finished:
        page.keyboard.press("Enter")
    assert "typing=1" in typed.value.url
    assert "typing" not in finished.value.url


def test_a_suggestion_is_taken_by_a_click(open_page):
    page = open_page("/?q=striped+sweatr")
    page.click(".meant a >> nth=0")
    page.wait_for_url("**/?q=striped+sweater")
    page.wait_for_selector(DONE)
    assert page.input_value("#q") == "striped sweater"
    assert page.is_hidden(".meant")
