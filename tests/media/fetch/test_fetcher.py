import gzip
import shutil
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile_server import JPEG, PICTURE, answer, drip, endless, redirect, serving, silent_port

from pinakes.errors import MediaError
from pinakes.media.fetch.fetched import Fetched
from pinakes.media.fetch.fetcher import Fetcher
from pinakes.media.fetch.policy import FetchLimits, FetchPolicy

INSIDE = FetchPolicy(http=True, networks=("127.0.0.0/8",))
OUTSIDE = FetchPolicy(http=True)
QUICK = FetchLimits(
    bytes=10_000, seconds=1.0, connect_seconds=0.5, redirects=3, attempts=3, back_off=0.01, longest_wait=2.0
)


def to_loopback(host, port):
    return ("127.0.0.1",)


def fetch(behave, path="/x.jpg", limits=QUICK, policy=INSIDE):
    """(what was fetched or the refusal, the server afterwards)."""
    with serving(behave) as server:
        fetcher = Fetcher(limits, policy, to_loopback)
        try:
            return fetcher.fetch(f"http://pictures.example:{server.port}{path}"), server
        except MediaError as error:
            return error, server


def always(*parts):
    return lambda path, count: parts


def test_a_picture():
    got, server = fetch(always(answer()), "/a b.jpg?w=2")
    assert got == Fetched(PICTURE, "image/jpeg", f"http://pictures.example:{server.port}/a%20b.jpg?w=2")
    request = server.asked[0][1]
    assert request.startswith("GET /a%20b.jpg?w=2 HTTP/1.1\r\n")
    assert f"Host: pictures.example:{server.port}\r\n" in request
    assert "Accept-Encoding: identity\r\n" in request
    assert "Cookie" not in request


def test_a_picture_in_chunks_and_one_that_ends_with_the_connection():
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n%b\r\n3\r\nabc\r\n0\r\n\r\n" % PICTURE[:4]
    )
    assert fetch(always(chunked))[0].data == PICTURE[:4] + b"abc"
    assert fetch(always(b"HTTP/1.0 200 OK\r\n\r\n", PICTURE))[0].data == PICTURE


def test_redirects_are_followed():
    def behave(path, count):
        return (redirect("/second", b"301 Moved") if path == "/x.jpg" else answer(),)

    got, server = fetch(behave)
    assert got.url == f"http://pictures.example:{server.port}/second"
    assert [path for path, _ in server.asked] == ["/x.jpg", "/second"]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([answer(b"x" * 10_001)], "too_many_bytes"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"], "too_many_bytes"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"], "bad_response"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], "bad_response"),
        ([answer(b"")], "empty"),
        ([answer(b"<html>", b"Content-Type: text/html\r\n")], "wrong_type"),
        ([answer(b"<html>")], "wrong_type"),
        ([answer(PICTURE, b"Content-Type: image/png\r\n")], "wrong_type"),
        ([answer(gzip.compress(PICTURE), JPEG + b"Content-Encoding: gzip\r\n")], "encoded"),
        ([answer(PICTURE, JPEG + b"Content-Encoding: br\r\n")], "encoded"),
        ([answer(status=b"404 Not Found")], "http_status"),
        ([answer(status=b"206 Partial Content")], "http_status"),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], "bad_response"),
        ([b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"], "bad_response"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n"], "bad_response"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"], "bad_response"),
    ],
)
def test_a_bad_answer_is_refused_at_once(parts, reason):
    got, server = fetch(always(*parts))
    assert (got.reason, len(server.asked)) == (reason, 1)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ids=["plain", "chunked"],
)
def test_an_endless_body_is_cut(head):
    part = PICTURE if b"chunked" not in head else b"%x\r\n%b\r\n" % (len(PICTURE), PICTURE)

    def behave(path, count):
        yield head
        yield from endless(part)

    assert fetch(behave)[0].reason == "too_many_bytes"


@pytest.mark.parametrize(
    "behave",
    [
        lambda path, count: drip(answer()),
        lambda path, count: (answer()[:80], *[b""], *drip(PICTURE)),
        lambda path, count: endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["headers", "body", "continue"],
)
def test_a_slow_drip_ends_in_time(behave):
    start = time.monotonic()
    with serving(behave) as server:
        limits = FetchLimits(seconds=0.4, attempts=3, back_off=0.01)
        with pytest.raises(MediaError) as refused:
            Fetcher(limits, INSIDE).fetch(f"http://127.0.0.1:{server.port}/")
        assert time.monotonic() - start < 3.0
        assert (refused.value.reason, len(server.asked)) == ("too_slow", 1)


def test_a_server_that_never_answers():
    with silent_port() as port, pytest.raises(MediaError, match=r"more than 0\.3 s") as refused:
        Fetcher(FetchLimits(seconds=0.3), INSIDE).fetch(f"http://127.0.0.1:{port}/")
    assert refused.value.reason == "too_slow"


def test_nobody_listens():
    with silent_port() as port:
        pass
    with pytest.raises(MediaError) as refused:
        Fetcher(QUICK, INSIDE).fetch(f"http://127.0.0.1:{port}/")
    assert refused.value.reason == "unreachable"


def test_redirects_have_an_end():
    got, server = fetch(always(redirect("/again")))
    assert (got.reason, len(server.asked)) == ("too_many_redirects", 4)


def test_redirects_may_not_leave_http():
    assert fetch(always(redirect("file:///etc/passwd")))[0].reason == "scheme_not_allowed"
    assert fetch(always(redirect("https://user:secret@x.example/")))[0].reason == "bad_url"


def test_a_busy_server_is_asked_again():
    def behave(path, count):
        return (answer() if count == 3 else answer(b"", status=b"503 Busy"),)

    got, server = fetch(behave)
    assert (got.data, len(server.asked)) == (PICTURE, 3)


def test_a_broken_connection_is_tried_again_and_then_given_up():
    got, server = fetch(lambda path, count: (answer()[:200],))
    assert (got.reason, len(server.asked)) == ("incomplete", 3)
    got, server = fetch(lambda path, count: ())
    assert (got.reason, len(server.asked)) == ("unreachable", 3)


def test_retry_after_is_obeyed():
    def behave(path, count):
        return (answer() if count == 2 else answer(b"", b"Retry-After: 1\r\n", b"429 Too Many Requests"),)

    start = time.monotonic()
    assert fetch(behave)[0].data == PICTURE
    assert 1.0 <= time.monotonic() - start < 4.0


def test_who_asks_for_a_long_pause_is_not_tried_again():
    got, server = fetch(always(answer(b"", b"Retry-After: 3600\r\n", b"429 Too Many Requests")))
    assert (got.reason, got.detail, len(server.asked)) == ("http_status", "the server answered 429", 1)


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_inside_is_refused(inside):
    said = f"^address_not_allowed: pictures.example is {inside}, which is not a public address"
    with pytest.raises(MediaError, match=said) as refused:
        Fetcher(QUICK, OUTSIDE, lambda host, port: ("93.184.216.34", inside)).fetch(
            "http://pictures.example/"
        )
    assert refused.value.reason == "address_not_allowed"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::1]", "0"]
)
def test_loopback_under_any_name_is_never_asked(host):
    with serving(always(answer())) as server:
        with pytest.raises(MediaError) as refused:
            Fetcher(QUICK, OUTSIDE).fetch(f"http://{host}:{server.port}/")
        # A system without IPv6, or without such spellings, has no address for it; none is asked.
        assert refused.value.reason in ("address_not_allowed", "unknown_host")
        assert server.asked == []


def test_the_address_that_was_checked_is_the_one_that_is_asked():
    """An answer that changes after the check changes nothing: the name is looked up once a request."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("169.254.169.254",)

    with serving(always(answer())) as server:
        got = Fetcher(QUICK, INSIDE, rebinding).fetch(f"http://pictures.example:{server.port}/")
    assert got.data == PICTURE
    assert asked == ["pictures.example"]


def test_every_redirect_is_checked_again(monkeypatch):
    """The first host is let through as if it were public; the second one leads inside."""
    monkeypatch.setattr("pinakes.media.fetch.policy.is_public", lambda address: address == "127.0.0.1")
    with serving(always(redirect("http://metadata.example/latest"))) as server:
        names = {"pictures.example": ("127.0.0.1",), "metadata.example": ("169.254.169.254",)}
        with pytest.raises(MediaError, match=r"metadata\.example is 169\.254\.169\.254") as refused:
            Fetcher(QUICK, OUTSIDE, lambda host, port: names[host]).fetch(
                f"http://pictures.example:{server.port}/"
            )
    assert refused.value.reason == "address_not_allowed"


def test_a_name_without_an_address():
    def nothing(host, port):
        raise OSError("no such name")

    with pytest.raises(MediaError, match="no such name") as refused:
        Fetcher(QUICK, OUTSIDE, nothing).fetch("http://pictures.example/")
    assert refused.value.reason == "unknown_host"


def test_the_second_address_is_tried():
    with serving(always(answer())) as server:
        both = Fetcher(QUICK, INSIDE, lambda host, port: ("127.0.0.9", "127.0.0.1"))
        assert both.fetch(f"http://pictures.example:{server.port}/").data == PICTURE


def test_few_requests_to_one_host_at_a_time():
    inside, most, lock = set(), [], threading.Lock()

    def behave(path, count):
        with lock:
            inside.add(path)
            most.append(len(inside))
        time.sleep(0.05)
        with lock:
            inside.remove(path)
        yield answer()

    with serving(behave) as server, ThreadPoolExecutor(8) as threads:
        fetcher = Fetcher(FetchLimits(per_host=2, seconds=0.5), INSIDE)
        urls = [f"http://127.0.0.1:{server.port}/{n}" for n in range(24)]
        # 24 / 2 * 0.05 s: waiting for a place is longer than one attempt may take.
        assert all(got.data == PICTURE for got in threads.map(fetcher.fetch, urls))
    assert (len(most), max(most)) == (24, 2)


def test_a_refusal_frees_its_place():
    with serving(always(answer(b"<html>"))) as server:
        fetcher = Fetcher(FetchLimits(per_host=1), INSIDE)
        for _ in range(3):
            with pytest.raises(MediaError):
                fetcher.fetch(f"http://127.0.0.1:{server.port}/")
        assert threading.active_count() < 50


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=pictures.example"
    )
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    extra = ["-addext", "subjectAltName=DNS:pictures.example"]
    subprocess.run(["openssl", *command.split(), *files, *extra], check=True, capture_output=True)
    return folder


def test_tls_asks_for_the_name_and_not_for_the_address(certificate):
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    names = []
    server_side.sni_callback = lambda channel, name, context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    with serving(always(answer()), server_side) as server:
        policy = FetchPolicy(networks=("127.0.0.0/8",))
        fetcher = Fetcher(QUICK, policy, to_loopback, trusting)
        assert fetcher.fetch(f"https://pictures.example:{server.port}/").data == PICTURE
        assert names == ["pictures.example"]
        for wrong in (fetcher, Fetcher(QUICK, policy, to_loopback)):
            host = "other.example" if wrong is fetcher else "pictures.example"
            with pytest.raises(MediaError) as refused:
                wrong.fetch(f"https://{host}:{server.port}/")
            assert refused.value.reason == "untrusted"
