"""What a finger touches on a phone is large enough to be met."""

import pytest

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

MISSED = """(part) => {
    const controls = "a, button, select, summary, label, input:not([type=hidden])";
    const inText = ":is(h1, h2, h3, .summary, p:not(.meant, .more)) > a:not(.button)";
    const without = `.hidden, .hidden *, .skip, label > input, label > select, ${inText}`;
    const reach = (control) => {
        control.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
        const { x, y, width, height } = control.getBoundingClientRect();
        // A word may be narrow. One pixel less than half of 44: round buttons are met in their middle.
        const around = [[0, -21], [0, 21], ...(width < height ? [] : [[-21, 0], [21, 0]])];
        return around.every(([dx, dy]) =>
            control.contains(document.elementFromPoint(x + width / 2 + dx, y + height / 2 + dy)));
    };
    return [...document.querySelector(part).querySelectorAll(controls)]
        .filter((control) => !control.matches(without) && control.checkVisibility() && !reach(control))
        .map((control) => control.outerHTML.slice(0, 80));
}"""


@pytest.mark.parametrize(
    "path",
    ["/", "/?q=striped+dress&f.family=garment", "/?q=sweatr", "/?like=coin-0001", "/items/coin-0001"],
)
def test_everything_is_large_enough_for_a_finger(open_page, path):
    assert open_page(path, **PHONE).evaluate(MISSED, "body") == []


def test_so_are_the_filters_and_the_reasons_of_a_hit(open_page):
    page = open_page("/?q=blue", **PHONE)
    page.tap(".filters-button")
    assert page.evaluate(MISSED, "#filters") == []
    page.tap(".sheet-foot button")
    page.tap("#hit-1 .why summary")
    assert page.evaluate(MISSED, "#drawer") == []


def test_so_is_what_is_done_with_a_picture(open_page, photo):
    page = open_page(**PHONE)
    page.set_input_files("#picture", photo)
    page.tap("[data-crop]")
    assert page.evaluate(MISSED, "#cropper") == []
    assert page.evaluate(MISSED, "#query-picture") == []


def test_filters_and_order_are_one_row_on_the_smallest_phone(open_page):
    page = open_page("/?q=blue&f.family=garment", **PHONE | {"viewport": {"width": 320, "height": 640}})
    filters, order = (page.locator(part).bounding_box() for part in (".filters-button", ".sort select"))
    assert filters["y"] == order["y"]
    assert order["x"] + order["width"] <= 320
