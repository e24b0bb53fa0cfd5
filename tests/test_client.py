import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
import uvicorn

import pinakes
from pinakes.client import Client
from pinakes.errors import FilterError, MediaError, PinakesError, QueryError, UnknownNameError, UsageError
from pinakes.serving.app import create_app
from pinakes.serving.config import ServingConfig
from pinakes.serving.keys import parse_keys
from pinakes.serving.run import address, listen

KEY = "client-key-000000"


@pytest.fixture(scope="module")
def engine(pristine):
    with pinakes.open(pristine) as engine:
        yield engine


@pytest.fixture(scope="module")
def url(engine):
    config = ServingConfig(port=0, keys=parse_keys(f"search:{KEY}"))
    listening = listen(config)
    server = uvicorn.Server(uvicorn.Config(create_app(engine, config), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield address(listening)
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def client(url):
    return Client(url, KEY)


def text(value):
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize(
    "query",
    [
        {"text": "blue dress", "where": "price < 90"},
        {"like": {"coin-0001": 1.0, "coin-0002": -0.5}, "top": 4},
        {"where": {"field": "family", "op": "=", "value": "coin"}, "collapse": False, "top": 30},
        {"like": "coin-0001", "score": "roles", "top": 4},
        {"where": "family = 'mug' or price > 3", "sort": "-price", "facets": ("family", "price")},
        {"text": "flowerr peta", "prefix": True},
        {"text": "coin", "sort": "-price", "offset": 3, "top": 3},
        {"text": "coin", "where": "family = 'Coin' and price > 0"},
        {"text": {"coin": 1.0}, "weights": {"words": 0.5}, "as_of": date(2025, 1, 1)},
    ],
)
def test_answers_are_those_of_the_engine(client, engine, query):
    ours, theirs = client.search(**query), engine.search(**query)
    assert (ours.ids, ours.receipt, ours.release) == (theirs.ids, theirs.receipt, theirs.release)
    assert (ours.more, ours.notes) == (theirs.more, theirs.notes)
    assert ours.why_nothing == theirs.why_nothing
    assert (ours.plan, ours.facets) == (theirs.plan, theirs.facets)
    assert (ours.did_you_mean, ours.corrections) == (theirs.did_you_mean, theirs.corrections)
    for mine, hit in zip(ours, theirs, strict=True):
        assert (mine.rank, mine.score, mine.reasons, mine.rights) == (
            hit.rank,
            hit.score,
            hit.reasons,
            hit.rights,
        )
        assert mine.attributes == {name: text(value) for name, value in hit.attributes.items()}


def test_pictures_and_vectors_travel(client, engine, pristine):
    picture = pristine / "images" / "coin-0001_obverse.jpg"
    for given in (picture, picture.read_bytes(), [(picture, 1.0)], np.zeros((64, 64, 3), dtype=np.uint8)):
        assert client.search(image=given).ids == engine.search(image=given).ids
    _, rows = engine.vectors("picture")
    assert client.search(vector=rows[0], top=3).ids == engine.search(vector=rows[0], top=3).ids
    assert client.search(vector={"picture": rows[1]}).ids == engine.search(vector={"picture": rows[1]}).ids
    many = client.search_many([{"text": "red"}, {"like": "coin-0001"}])
    assert [results.ids for results in many] == [
        engine.search("red").ids,
        engine.search(like="coin-0001").ids,
    ]


def test_what_a_service_kept_of_an_answer_travels(gallery):
    config = ServingConfig(port=0)
    listening = listen(config)
    server = uvicorn.Server(uvicorn.Config(create_app(gallery, config), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        client = Client(address(listening))
        found = client.search("blue dress", where="price < 90", keep=True)
        kept = client.receipt(found.receipt)
        assert (kept.receipt, kept.release, kept.replay) == (found.receipt, found.release, None)
        assert [(hit.id, hit.score) for hit in kept.hits] == [(hit.id, hit.score) for hit in found]
        assert kept.query["text"] == "blue dress"
        again = client.receipt(found.receipt, replay=True).replay
        assert again.same
        assert again.hits == kept.hits
        with pytest.raises(UnknownNameError, match="there is no receipt"):
            client.receipt(client.search("mug").receipt)
        with pytest.raises(UnknownNameError, match="there is no receipt"):
            client.receipt("not a/receipt?")
    finally:
        server.should_exit = True
        thread.join()


def test_an_item_travels(client, engine):
    mine, item = client.item("coin-0001"), engine.item("coin-0001")
    assert (mine.id, mine.title, mine.text, mine.rights) == (item.id, item.title, item.text, item.rights)
    assert [(view.role, view.media, view.uri) for view in mine.views] == [
        (view.role, view.media, view.uri) for view in item.views
    ]


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ({}, QueryError, "nothing to search for"),
        ({"where": "price <"}, FilterError, "expected"),
        ({"where": "pric < 3"}, UnknownNameError, "pric"),
        ({"like": "nobody"}, UnknownNameError, "nobody"),
        ({"image": b"no picture"}, MediaError, "not_a_picture"),
        ({"text": "x", "top": 0}, UsageError, "top"),
    ],
)
def test_errors_are_those_of_the_engine(client, query, error, message):
    with pytest.raises(error, match=message):
        client.search(**query)


def test_without_its_key_a_client_is_refused(url):
    with pytest.raises(UsageError, match="key"):
        Client(url).search("blue")
    assert KEY not in repr(Client(url, KEY))


def test_a_service_that_is_not_there_is_said_to_be():
    with pytest.raises(PinakesError, match=r"no answer from http://127\.0\.0\.1:9: Connection refused"):
        Client("http://127.0.0.1:9", timeout=1).search("blue")
    with pytest.raises(UsageError, match="begins with http:// or https://, got 'localhost:8000'"):
        Client("localhost:8000")


@pytest.mark.parametrize(("status", "error"), [(200, PinakesError), (502, PinakesError)])
def test_something_else_that_answers_is_told_from_a_service(status, error):
    class Other(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        with pytest.raises(error):
            Client(f"http://127.0.0.1:{other.server_port}").search("blue")
        thread.join()


def test_a_notebook_shows_the_pictures_of_the_service(client, engine):
    found = client.search("blue", top=1)
    assert found._repr_html_().count("data:image/webp;base64,") == 1


@pytest.mark.parametrize(
    "where", [None, "family = 'coin' and price < 50", {"field": "family", "op": "=", "value": "coin"}]
)
def test_facets_are_those_of_the_engine(client, engine, where):
    fields = ("family", "price")
    assert client.facets(where, fields) == engine.facets(where, fields)
    assert client.facets(where, "family") == engine.facets(where, "family") != ()
    assert {facet.field for facet in client.facets(where)} == {facet.field for facet in engine.facets(where)}


def test_an_unknown_facet_is_refused(client):
    with pytest.raises(UnknownNameError, match="did you mean 'price'"):
        client.facets(fields=["prise"])
