"""What axe, the accessibility checker, finds on every kind of page."""

import pytest
from test_pages_browser import DONE, PHONE

pytestmark = pytest.mark.slow

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")

PAGES = [
    "/",
    "/?q=blue",
    "/?q=zzzzqqq",
    "/items/coin-0004",
    "/collection",
    "/api",
    "/?where=price+<",
    "/login",
]


def faults(page):
    return [(fault["impact"], fault["id"]) for fault in axe.Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_fault(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme, bypass_csp=True)
    assert faults(page) == []
    open_page.complaints[:] = [said for said in open_page.complaints if "400" not in said]


def test_the_open_filters_of_a_phone_have_none(open_page):
    page = open_page("/?q=blue", bypass_csp=True, **PHONE)
    page.tap(".filters-button")
    assert faults(page) == []


def test_the_open_drawer_has_none(open_page):
    page = open_page("/?q=blue", bypass_csp=True)
    page.click("#hit-1 .why summary")
    page.wait_for_selector("#drawer[open]")
    assert faults(page) == []


def test_a_notice_beside_results_has_none(open_page, tmp_path):
    (tmp_path / "no-picture.jpg").write_text("these are words")
    page = open_page("/?q=blue", bypass_csp=True)
    page.set_input_files("#picture", tmp_path / "no-picture.jpg")
    page.wait_for_selector("#notice:not([hidden])")
    page.wait_for_selector(DONE)
    assert faults(page) == []
    open_page.complaints[:] = [said for said in open_page.complaints if "status of 4" not in said]


def test_a_control_without_a_name_would_be_found(open_page):
    page = open_page("/?q=blue", bypass_csp=True)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert ("critical", "button-name") in faults(page)
