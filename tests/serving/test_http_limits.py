import io
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image
from serving_checks import problem_of

from pinakes.serving.middleware.requests import SECURITY_HEADERS

QUERY = {"text": "blue"}


def png(width, height):
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_a_body_that_says_it_is_too_large_is_refused_unread(client):
    problem_of(client.post("/v1/feedback", content=b" " * (2**20 + 1)), 413, "too-large")
    huge = {"Content-Length": str(10**12), "Content-Type": "application/json"}
    problem_of(client.post("/v1/search", content=b"{}", headers=huge), 413, "too-large")


@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/search", "/v1/search/batch"])
def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(client, path):
    def endless():
        for _ in range(40):
            yield b" " * 2**19

    problem_of(client.post(path, content=endless()), 413, "too-large")


def test_a_picture_of_10_megabytes_is_taken_and_one_more_byte_is_not(client, pristine):
    picture = (pristine / "images" / "coin-0001_obverse.jpg").read_bytes()
    full = picture + bytes(10 * 2**20 - len(picture))
    assert client.post("/v1/search", files={"image": full}).json()["hits"][0]["id"] == "coin-0001"
    document = problem_of(client.post("/v1/search", files={"image": full + b"."}), 413, "too-large")
    assert "10,485,760" in document["detail"]


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (png(50_001, 1_000), "too_many_pixels"),  # 50.001 million pixels in 7 kB
        (png(30_000, 1), "bad_aspect"),
        (png(600, 600)[:60], "truncated"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not_a_picture"),
    ],
)
def test_bombs_and_what_is_no_picture_are_refused(client, picture, reason):
    document = problem_of(client.post("/v1/search", files={"image": picture}), 422, "picture-refused")
    assert document["reason"] == reason


def test_nothing_that_a_visitor_sends_is_stored(gallery, client_of, tmp_path, monkeypatch):
    """No file appears or changes anywhere in the collection, nor where temporary files would."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    client = client_of(gallery, base_url="http://localhost")
    before = {path: path.stat().st_mtime_ns for path in gallery.rglob("*")}
    pixels = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    assert len(file.getvalue()) > 2**21  # larger than what forms are kept in memory for by default
    assert client.post("/v1/search", files={"image": file.getvalue()}).status_code == 200
    assert client.post("/v1/search", json=QUERY).status_code == 200
    assert {path: path.stat().st_mtime_ns for path in gallery.rglob("*")} == before
    assert list(temporary.iterdir()) == []


def test_every_answer_has_the_security_headers(client):
    for answer in (client.get("/livez"), client.get("/nowhere"), client.post("/v1/search", json={})):
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.headers["cache-control"] == "no-store"
    assert "'unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]


def test_other_sites_are_not_let_in_by_cors(client):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (client.options("/v1/search", headers=asked), client.get("/livez", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_unexpected_error_is_a_problem_that_says_nothing_of_this_machine(
    served_engine, client_of, monkeypatch, caplog
):
    client = client_of(served_engine, base_url="http://localhost")

    def broken(*_, **__):
        raise RuntimeError("the secret of /home/owner")

    monkeypatch.setattr(type(served_engine), "item", broken)
    answer = client.get("/v1/items/coin-0001")
    document = problem_of(answer, 500, "internal")
    assert "secret" not in answer.text
    logged = next(
        record for record in caplog.records if getattr(record, "request_id", "") == document["request_id"]
    )
    assert "the secret of /home/owner" in str(logged.exc_info)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


class Slow:
    """Stands in for an engine's search: as slow as it is told to be."""

    def __init__(self, engine):
        self.engine, self.gate, self.search = engine, threading.Event(), engine.search

    def __call__(self, *arguments, **named):
        self.gate.wait(10)
        return self.search(*arguments, **named)


@pytest.fixture
def slow(pristine, monkeypatch):
    import pinakes

    with pinakes.open(pristine) as engine:
        slow = Slow(engine)
        monkeypatch.setattr(engine, "search", slow)
        yield slow
        slow.gate.set()


def test_an_overload_is_shed_and_what_was_admitted_is_answered(slow, server_of):
    url, _ = server_of(slow.engine, concurrency=2, queue=3)
    with (
        httpx.Client(base_url=url, limits=httpx.Limits(max_connections=60)) as client,
        ThreadPoolExecutor(50) as threads,
    ):
        asked = [threads.submit(client.post, "/v1/search", json=QUERY) for _ in range(50)]
        while sum(answer.done() for answer in asked) < 45:
            time.sleep(0.01)
        assert client.get("/livez").status_code == 200
        slow.gate.set()
        answers = [answer.result() for answer in asked]
        shed = [answer for answer in answers if answer.status_code == 429]
        assert len(shed) == 45
        assert sum(answer.status_code == 200 for answer in answers) == 5
        problem_of(shed[0], 429, "too-many-requests")
        assert int(shed[0].headers["retry-after"]) >= 1
        assert client.post("/v1/search", json=QUERY).status_code == 200


def test_a_request_that_takes_too_long_is_given_up(slow, client_of):
    client = client_of(slow.engine, base_url="http://localhost", timeout=0.05)
    answer = client.post("/v1/search", json=QUERY)
    problem_of(answer, 503, "timeout")
    assert answer.headers["retry-after"]


def raw(url, sent):
    """Send bytes as they are, and return what comes back until the server closes."""
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=10) as connection:
        connection.sendall(sent)
        return connection.makefile("rb").read()


def test_a_body_that_trickles_is_not_waited_for(served_engine, server_of):
    url, _ = server_of(served_engine, body_seconds=0.2)
    head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{"
    answer = raw(url, head)
    assert answer.startswith(b"HTTP/1.1 400")
    document = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert "did not arrive within 0.2 s" in document["detail"]


def test_a_client_that_leaves_is_no_error(served_engine, server_of, caplog):
    url, _ = server_of(served_engine)
    caplog.set_level("INFO")
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as connection:
        connection.sendall(b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.1)
    deadline = time.monotonic() + 5
    while (
        not (logged := [r for r in caplog.records if r.name == "pinakes.requests"])
        and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    assert [(record.status, record.levelname) for record in logged] == [(499, "INFO")]
    assert httpx.get(f"{url}/livez").status_code == 200


@pytest.mark.parametrize(
    "junk", [b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"]
)
def test_what_is_not_http_is_refused(served_engine, server_of, junk):
    url, _ = server_of(served_engine)
    assert raw(url, junk).startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{url}/livez").status_code == 200


def test_a_server_that_is_told_to_end_answers_what_it_has_admitted(slow, server_of):
    url, server = server_of(slow.engine, concurrency=2, queue=3)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(httpx.post, f"{url}/v1/search", json=QUERY, timeout=30) for _ in range(4)]
        while server.config.app.state.context.admission.pending < 4:
            time.sleep(0.01)
        server.should_exit = True
        time.sleep(0.2)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/livez")
        slow.gate.set()
        assert [answer.result().status_code for answer in asked] == [200] * 4
