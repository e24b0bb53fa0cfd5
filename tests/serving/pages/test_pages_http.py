"""The pages as a browser without scripts gets them."""

import io
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from serving_checks import KEYS

import pinakes
from pinakes.collection import Collection
from pinakes.serving.keys import parse_keys
from pinakes.serving.pages.templates import FOLDER as TEMPLATES
from pinakes.snapshots.blocks import block
from pinakes.snapshots.layout import CollectionPaths

WEIGHT = 150 * 1000


class Page(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, response):
        super().__init__()
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        self.tags, self.text, self.classes = [], "", set()
        self.feed(response.text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.classes |= set((dict(attributes).get("class") or "").split())

    def handle_data(self, data):
        self.text += data

    def all(self, tag, **wanted):
        return [a for t, a in self.tags if t == tag and all(a.get(k) == v for k, v in wanted.items())]

    @property
    def ids(self):
        return [a["data-id"] for a in self.all("li") if "data-id" in a]


def picture(colour, size=(64, 64), kind="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def test_words_are_searched_by_a_form(client, served_engine):
    page = Page(client.get("/", params={"q": "striped dress"}))
    assert page.ids == list(served_engine.search("striped dress", top=24).ids)
    (form,) = page.all("form", id="search")
    assert (form["method"], form["action"]) == ("get", "/")
    assert page.all("input", id="q")[0]["value"] == "striped dress"


def test_each_hit_says_what_it_is_and_why(client, served_engine):
    page = Page(client.get("/?q=striped+dress"))
    hit = served_engine.search("striped dress", top=1)[0]
    assert hit.title in page.text
    assert hit.closeness in page.text
    assert str(hit.reasons[0]) in page.text
    assert served_engine.search("striped dress", top=24).receipt in page.text or "Receipt" in page.text
    assert served_engine.release.id in page.text


def test_a_page_shows_24_and_more_on_request(client):
    first = Page(client.get("/?f.synthetic=true"))
    assert len(first.ids) == 24
    (more,) = first.all("a", rel="next")
    address = urlsplit(more["href"])
    assert address.fragment == "hit-25"
    second = Page(client.get(f"/?{address.query}"))
    assert len(second.ids) == 48
    assert second.ids[:24] == first.ids
    assert not Page(client.get("/?f.synthetic=true&n=72")).all("a", rel="next")


def test_filters_are_boxes_with_counts_and_apply_without_words(client, served_engine):
    page = Page(client.get("/?f.family=coin"))
    assert set(page.ids) == {h.id for h in served_engine.search(where="family = 'coin'", top=60)}
    boxes = {a["value"]: a for a in page.all("input", type="checkbox", name="f.family")}
    assert set(boxes) == {"coin", "cocktail", "flower", "garment", "product"}
    assert "checked" in boxes["coin"]
    assert "checked" not in boxes["flower"]
    assert all(a["form"] == "search" for a in boxes.values())


def test_an_order_is_part_of_the_address(client, served_engine):
    page = Page(client.get("/?sort=price"))
    first = served_engine.search(where={"field": "id", "op": "is not null"}, sort="price", top=1).ids[0]
    assert next(a["data-id"] for a in page.all("li") if "data-id" in a) == first
    assert [a["value"] for a in page.all("option") if "selected" in a] == ["price"]
    assert client.get("/?sort=pric").status_code == 400


def test_a_facet_is_counted_without_its_own_filter(client):
    page = Page(client.get("/?f.family=coin"))
    assert re.search(r"coin\s*12\s*cocktail\s*12", page.text)


def test_a_chosen_filter_can_be_dropped_by_a_link(client):
    page = Page(client.get("/?q=blue&f.family=garment"))
    (chip,) = [a for a in page.all("a") if a.get("data-drop") == "family"]
    assert chip["href"] == "/?q=blue"


def test_a_picture_is_searched_without_scripts(client):
    page = Page(client.post("/search", files={"image": ("x.jpg", picture("red"), "image/jpeg")}))
    assert len(page.ids) == 24


def test_a_picture_and_words_and_filters_go_together(client):
    sent = {"q": "blue", "f.family": "garment"}
    page = Page(client.post("/search", data=sent, files={"image": ("x.jpg", picture("blue"), "image/jpeg")}))
    assert page.ids
    assert all(item.startswith("garment-") for item in page.ids)
    assert "picture similarity" in page.text


def test_more_like_this_leaves_the_item_out(client):
    page = Page(client.get("/?like=coin-0004"))
    assert page.ids
    assert "coin-0004" not in page.ids
    assert page.all("input", type="hidden", name="like")[0]["value"] == "coin-0004"


def test_the_first_visit_answers_a_question_and_offers_more(client):
    page = Page(client.get("/"))
    assert len(page.ids) == 11  # of twelve garments, all but the one that is asked with
    assert all(item.startswith("garment-") for item in page.ids)
    assert {"first", "synthetic"} <= page.classes
    assert "purple tractor" in page.text


def test_where_nothing_is_close_the_word_that_nothing_has_is_named(client):
    page = Page(client.get("/?q=purple+tractor"))
    assert "No good match" in page.text
    assert "no item holds 'tractor'" in page.text


def test_nothing_behind_the_filters_names_the_one_to_drop(client, served_engine):
    page = Page(client.get("/?f.family=coin&f.garment=hat"))
    assert page.ids == []
    assert "without garment: hat 12" in page.text
    hats = len(served_engine.search(where="garment = 'hat'"))
    assert f"without family: coin {hats}" in page.text


def test_a_value_that_no_item_has_is_named_with_the_nearest(client):
    page = Page(client.get("/?where=family+%3D+'Coin'+and+price+>+0"))
    assert "No item has family “Coin”; did you mean “coin”?" in page.text
    assert "without family = 'Coin'" in page.text


def test_a_filter_that_is_refused_can_be_left_out_with_the_words_kept(client):
    for where in ("family =", "famly = 'coin'"):
        page = Page(client.get("/", params={"q": "red", "where": where, "f.metal": "gold"}))
        (back,) = page.all("a", **{"class": "button"})
        assert back["href"] == "/?q=red&f.metal=gold"
        assert "Search without this filter" in page.text


def test_an_address_that_leads_nowhere_is_a_page_where_a_browser_asks(client):
    missing = client.get("/nosuch", headers={"Accept": "text/html,*/*"})
    page = Page(missing)
    assert missing.status_code == 404
    assert "There is no page “/nosuch” in this collection" in page.text
    assert "Back to the search" in page.text
    assert client.get("/nosuch").headers["content-type"] == "application/problem+json"


def test_a_filter_alone_has_first_items_and_no_best_ones(client):
    page = Page(client.get("/?where=id+!=+'x'"))
    assert "The first 24" in page.text
    assert "Best match" not in page.text


def test_words_that_nothing_answers_are_no_good_match(client):
    page = Page(client.get("/?q=zzzzqqqq"))
    assert "No good match" in page.text


@pytest.mark.parametrize("address", ["/", "/?q=lamp", "/?where=id+=+'a'"])
def test_a_collection_of_which_every_item_was_deleted_is_empty(tmp_path, client_of, address):
    (tmp_path / "t.csv").write_text("id,title\na,red lamp\n")
    pinakes.index(tmp_path / "t.csv")
    Collection(tmp_path / "t").delete(["a"])
    page = Page(client_of(tmp_path / "t", base_url="http://localhost").get(address))
    assert "This collection is empty" in page.text
    assert "cannot be searched" not in page.text


def test_a_misspelt_word_is_put_right_and_can_be_kept(client, served_engine):
    page = Page(client.get("/?q=striped+sweatr&f.family=garment"))
    assert "Showing what answers striped sweater" in " ".join(page.text.split())
    links = {a["href"] for a in page.all("a") if "href" in a}
    assert "/?q=striped+sweater&f.family=garment" in links
    assert "/?q=striped+%22sweatr%22&f.family=garment" in links
    wanted = served_engine.search("striped sweater", where="family = 'garment'", top=24)
    assert {a["data-id"] for a in page.all("li") if "data-id" in a} == set(wanted.ids)


@pytest.mark.parametrize("typed", ["Sweatr", "swéatr", "swe\u0301atr"])
def test_a_misspelt_word_can_be_kept_however_its_letters_were_written(client, typed):
    page = Page(client.get("/", params={"q": f"striped {typed} "}))
    (literal,) = [a["href"] for a in page.all("a") if "%22" in a.get("href", "")]
    assert "Showing what answers" not in Page(client.get(literal)).text


def test_the_last_word_may_be_unfinished_while_it_is_typed(client):
    page = Page(client.get("/?q=cockta&typing=1"))
    assert not [a for a in page.all("a") if "typing" in a.get("href", "")]
    found = [a["data-id"] for a in page.all("li") if "data-id" in a]
    assert found
    assert all(item.startswith("cocktail-") for item in found[:5])


def test_a_picture_that_is_lost_is_said_to_be(client):
    assert "The picture of this search is gone" in Page(client.get("/?lost=1")).text
    assert "not part of a link" in Page(client.get("/?lost=1&q=blue")).text


def test_no_other_answer_is_shown_before_that_to_a_picture(client):
    for address in ("/?pic=ab12", "/?q=blue&pic=ab12"):
        page = Page(client.get(address))
        (results,) = [part for part in page.all("section") if part.get("id") == "results"]
        assert results["aria-busy"] == "true"
        assert not [card for card in page.all("li") if "data-id" in card]
        assert "are not part of a link" in page.text  # for a browser without scripts


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/?where=price+<", 400, "The filter cannot be understood"),
        ("/?f.colr=red", 400, "colour"),
        ("/?min.price=cheap", 400, "cheap"),
        ("/?like=nobody", 404, "nobody"),
        ("/items/nobody", 404, "nobody"),
    ],
)
def test_what_cannot_be_answered_is_a_page_that_says_why(client, address, status, says):
    response = client.get(address)
    assert response.status_code == status
    page = Page(response)
    assert says in page.text
    assert response.headers["x-request-id"] in page.text
    assert page.all("a", href="/")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"not a picture at all", "not a picture of a kind that is read here"),
        (b"", "is empty"),
        (picture("red", (256, 256), "PNG")[:300], "ends before the picture does"),
    ],
)
def test_a_refused_picture_says_what_the_decoder_found(client, data, says):
    response = client.post("/search", files={"image": ("x", data, "image/jpeg")})
    assert response.status_code == 422
    page = Page(response)
    assert "This picture cannot be used" in page.text
    assert says in page.text
    assert page.all("section", **{"data-problem": "picture-refused"})


def test_the_item_page_has_all_views_rights_and_neighbours(client, served_engine):
    page = Page(client.get("/items/coin-0004"))
    item = served_engine.item("coin-0004")
    shown = [a["src"] for a in page.all("img") if "size=picture" in a["src"]]
    assert shown == [f"/v1/media/{view.media}?size=picture" for view in item.views]
    assert {"obverse", "reverse"} <= set(page.text.split())
    assert item.rights.attribution in page.text
    assert page.ids == list(served_engine.search(like="coin-0004", top=12).ids)


def test_a_very_long_title_is_cut_and_shown_as_a_whole_below(tmp_path, client_of):
    (tmp_path / "items.csv").write_text(f"id,title,text\n1,{'red ' * 2500},short\n2,blue,short\n")
    pinakes.index(tmp_path / "items.csv")
    client = client_of(tmp_path / "items", base_url="http://localhost")
    page = client.get("/items/1").text
    heading = " ".join(["red"] * 50) + "…"  # 50 times 4 characters
    assert re.findall("<h1[^>]*>(.*?)</h1>", page) == [heading]
    assert f"<title>{heading} ·" in page
    assert " ".join(["red"] * 2500) in page.partition("<summary>The whole title</summary>")[2]
    assert "The whole title" not in client.get("/items/2").text
    assert len(client.get("/?q=red").text) < 20_000


def test_a_withdrawn_item_is_gone_and_its_page_says_so(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    assert client.get("/items/coin-0004").status_code == 200
    block(CollectionPaths(gallery), ["coin-0004"], "asked for by its owner")
    client.app.state.context.engine.close()
    response = client.get("/items/coin-0004")
    assert response.status_code == 410
    assert "not shown any more" in Page(response).text
    assert "asked for by its owner" not in response.text


def test_the_collection_page_names_release_gates_and_what_was_left_out(client, served_engine):
    page = Page(client.get("/collection"))
    assert served_engine.release.id in page.text
    assert "passed" in page.text
    assert "Left out" in page.text


def test_the_collection_page_tells_what_was_published_when_and_why(gallery, client_of):
    collection = Collection(gallery)
    first = collection.status().release
    second = collection.delete(["coin-0004"]).release
    collection.rollback()
    client = client_of(gallery, base_url="http://localhost")
    history = client.get("/collection").text.partition('id="history"')[2].partition("</section>")[0]
    published = re.findall(r'<th scope="row"><code>([^<]+)</code>', history)
    assert published == [first, second, first]
    assert "roll" in history


def test_everything_from_a_collection_is_escaped(client):
    response = client.get("/", params={"q": "<script>alert(1)</script>", "f.family": '"><img src=x>'})
    assert "<script>alert" not in response.text
    assert "<img src=x>" not in response.text


@pytest.mark.parametrize(
    "address", ["/", "/?q=blue", "/items/coin-0004", "/collection", "/api", "/login", "/items/nobody"]
)
def test_no_page_needs_another_origin_or_inline_code(client, address):
    response = client.get(address)
    page = Page(response)
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href", "action"):
            assert not urlsplit(attributes.get(name) or "").netloc, (tag, attributes)
    assert all("src" in a for a in page.all("script"))
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("main")) == 1


def test_a_page_is_light(client):
    page = client.get("/?q=blue")
    names = ["page.css", "icon.svg", *re.findall(r'"\./([a-z]+\.js)"', _modules(client)), "page.js"]
    files = {name: len(client.get(f"/static/{name}").content) for name in set(names)}
    assert {"search.js", "picture.js", "crop.js", "camera.js"} <= set(files)
    assert len(page.content) + sum(files.values()) < WEIGHT


def _modules(client):
    return "".join(
        client.get(f"/static/{name}.js").text for name in ("page", "search", "picture", "camera", "leave")
    )


def test_a_file_is_sent_once(client):
    first = client.get("/static/page.css")
    assert first.headers["content-type"].startswith("text/css")
    again = client.get("/static/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/nothing.css").status_code == 404
    assert client.get("/static/..%2fapp.py").status_code == 404


def test_pages_may_be_kept_by_one_browser_alone(client):
    assert client.get("/?q=blue").headers["cache-control"] == "private, no-cache"


def test_templates_hold_no_inline_code():
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text()
        assert "|safe" not in text, path
        assert not re.search(r"<style|<script(?![^>]*src)|\son[a-z]+=|\sstyle=", text), path


@pytest.fixture
def keyed(client_of, served_engine):
    keys = parse_keys(",".join(f"{role}:{key}" for role, key in KEYS.items()))
    return client_of(served_engine, keys=keys)


def test_without_a_key_a_page_leads_to_the_login_and_back(keyed):
    response = keyed.get("/items/coin-0004", follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"] == "/login?next=%2Fitems%2Fcoin-0004"
    assert "Sample gallery" not in keyed.get("/login").text
    form = {"key": (None, KEYS["search"]), "next": (None, "/items/coin-0004")}
    entered = keyed.post("/login", files=form, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/items/coin-0004")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert KEYS["search"] not in cookie
    assert keyed.get("/items/coin-0004").status_code == 200
    keyed.post("/logout")
    assert keyed.get("/", follow_redirects=False).status_code == 303


def test_a_wrong_key_is_refused_and_not_repeated(keyed):
    response = keyed.post("/login", files={"key": (None, "wrong-key-00000000"), "next": (None, "/")})
    assert response.status_code == 401
    assert "This key is not known" in response.text
    assert "wrong-key" not in response.text


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:x", ""]
)
def test_a_login_leads_nowhere_else(keyed, elsewhere):
    form = {"key": (None, KEYS["search"]), "next": (None, elsewhere)}
    assert keyed.post("/login", files=form, follow_redirects=False).headers["location"] == "/"


def test_strangers_may_search_but_not_see_the_collection_page(client_of, served_engine):
    client = client_of(served_engine, public_search=True)
    assert client.get("/?q=blue").status_code == 200
    assert client.get("/collection", follow_redirects=False).status_code == 303


def test_too_many_requests_are_answered_with_a_countdown(client_of, served_engine):
    client = client_of(served_engine, public_search=True, visitor_rate=2)
    answers = [client.get("/?q=blue") for _ in range(4)]
    refused = answers[-1]
    assert refused.status_code == 429
    page = Page(refused)
    assert int(refused.headers["retry-after"]) >= 1
    assert f"Try again in {refused.headers['retry-after']} s" in page.text


@pytest.mark.parametrize("vectors", [None, np.eye(2, 8)])
def test_a_collection_without_pictures_does_not_ask_for_one(tmp_path, client_of, vectors):
    (tmp_path / "t.csv").write_text("id,title\na,Lamp\nb,Chair\n")
    if vectors is not None:  # of whatever it may be: no picture can be compared with them
        np.save(tmp_path / "brought.npy", vectors)
    pinakes.index(tmp_path / "t.csv")
    with pinakes.open(tmp_path / "t") as engine:
        page = Page(client_of(engine, base_url="http://localhost").get("/"))
        assert "show a picture" not in page.text
        assert page.all("input", id="q")[0]["placeholder"] == "What are you looking for?"
        assert "hidden" in page.all("span", **{"class": "means"})[0]
        assert "Search by picture" not in page.text
        assert engine.spaces == (() if vectors is None else ("brought",))
