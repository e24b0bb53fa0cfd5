"""Pictures that a query names by their address."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi.testclient import TestClient
from serving_checks import problem_of

from pinakes.media.fetch.fetcher import Fetcher
from pinakes.media.fetch.policy import FetchPolicy
from pinakes.serving.app import create_app
from pinakes.serving.config import ServingConfig

INSIDE = FetchPolicy(http=True, networks=("127.0.0.0/8",))


@pytest.fixture(scope="module")
def pictures(pristine):
    """The address of the collection's own pictures, on a server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pristine / "images")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def client(served_engine):
    with TestClient(
        create_app(served_engine, fetcher=Fetcher(policy=INSIDE)), base_url="http://localhost"
    ) as c:
        yield c


@pytest.mark.parametrize("form", ["url", "text", "list", "role"])
def test_a_picture_is_fetched_and_searched_for(client, pictures, form):
    url = f"{pictures}/coin-0001_obverse.jpg"
    image = {
        "url": {"url": url},
        "text": url,
        "list": [{"data": url, "weight": 2.0}],
        "role": {"obverse": url},
    }[form]
    answer = client.post("/v1/search", json={"image": image})
    assert answer.json()["hits"][0]["id"] == "coin-0001"


def test_what_is_not_there_is_a_picture_that_is_refused(client, pictures):
    document = problem_of(
        client.post("/v1/search", json={"image": {"url": f"{pictures}/none.jpg"}}), 422, "picture-refused"
    )
    assert document["reason"] == "http_status"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/a.jpg", "scheme_not_allowed"),
        ("https://127.0.0.1/a.jpg", "address_not_allowed"),
        ("https://169.254.169.254/latest/meta-data", "address_not_allowed"),
        ("https://[::1]/a.jpg", "address_not_allowed"),
    ],
)
def test_addresses_inside_are_never_asked(served_engine, url, reason):
    app = create_app(served_engine, ServingConfig(fetch_pictures=True))
    with TestClient(app, base_url="http://localhost") as client:
        document = problem_of(client.post("/v1/search", json={"image": {"url": url}}), 422, "picture-refused")
    assert document["reason"] == reason


def test_nothing_is_fetched_unless_it_was_allowed(served_engine):
    with TestClient(create_app(served_engine), base_url="http://localhost") as client:
        document = problem_of(
            client.post("/v1/search", json={"image": {"url": "https://example.org/a.jpg"}}), 400, "query"
        )
    assert "fetches no pictures" in document["detail"]
