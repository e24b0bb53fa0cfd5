import io
import urllib.request

import pytest
from hostile_server import PICTURE, answer, redirect, serving
from PIL import Image

from pinakes.errors import MediaError
from pinakes.media.fetch.fetcher import Fetcher
from pinakes.media.fetch.policy import FetchLimits, FetchPolicy
from pinakes.media.fetch.s3 import S3Fetcher, S3Options

QUICK = FetchLimits(bytes=5_000, seconds=2.0, connect_seconds=0.5, attempts=2, back_off=0.01)
INSIDE = Fetcher(QUICK, FetchPolicy(http=True, networks=("127.0.0.0/8",)))


def picture():
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def endpoint():
    """A real S3 service on loopback with one bucket."""
    obstore = pytest.importorskip("obstore", reason="needs the extra s3")
    moto = pytest.importorskip("moto.server", reason="needs moto's S3 server")
    running = moto.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    url = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{url}/pictures", method="PUT")).close()
    store = obstore.store.S3Store(
        "pictures",
        config={"endpoint": url, "region": "us-east-1", "access_key_id": "a", "secret_access_key": "b"},
        client_options={"allow_http": True},
    )
    kinds = {"red/one é+1.png": "image/png", "other.jpg": "image/jpeg"}
    for key, kind in kinds.items():
        obstore.put(store, key, picture(), attributes={"Content-Type": kind})
    obstore.put(store, "wrong.png", b"<html>", attributes={"Content-Type": "image/png"})
    obstore.put(store, "large.png", picture() + bytes(6_000))
    obstore.put(store, "empty.png", b"")
    yield url
    running.stop()


@pytest.mark.slow
def test_a_picture_in_a_bucket(endpoint):
    got = S3Fetcher(INSIDE, S3Options(endpoint, key="a", secret="b")).fetch("s3://pictures/red/one é+1.png")
    assert (got.data, got.content_type) == (picture(), "image/png")
    assert got.url == "s3://pictures/red/one é+1.png"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("pictures/none.png", "http_status"),
        ("elsewhere/none.png", "http_status"),
        ("pictures/wrong.png", "wrong_type"),
        ("pictures/other.jpg", "wrong_type"),
        ("pictures/large.png", "too_many_bytes"),
        ("pictures/empty.png", "empty"),
    ],
)
def test_what_a_bucket_may_hold_instead(endpoint, key, reason):
    with pytest.raises(MediaError) as refused:
        S3Fetcher(INSIDE, S3Options(endpoint, key="a", secret="b")).fetch(f"s3://{key}")
    assert refused.value.reason == reason
    assert "Signature" not in str(refused.value)


@pytest.mark.slow
def test_without_a_key_a_private_bucket_is_closed(endpoint):
    with pytest.raises(MediaError, match="answered 403"):
        S3Fetcher(INSIDE, S3Options(endpoint)).fetch("s3://pictures/other.jpg")


def test_without_a_key_nothing_is_signed():
    with serving(lambda path, count: (answer(),)) as server:
        fetcher = S3Fetcher(INSIDE, S3Options(f"http://127.0.0.1:{server.port}/"))
        assert fetcher.fetch("s3://pictures/a b/x?y#z.jpg").data == PICTURE
    assert [path for path, _ in server.asked] == ["/pictures/a%20b/x%3Fy%23z.jpg"]
    assert "authorization" not in server.asked[0][1].lower()


def test_a_service_cannot_lead_inside(monkeypatch):
    monkeypatch.setattr("pinakes.media.fetch.policy.is_public", lambda address: address == "127.0.0.1")
    with serving(lambda path, count: (redirect("http://169.254.169.254/latest"),)) as server:
        fetcher = S3Fetcher(
            Fetcher(QUICK, FetchPolicy(http=True)), S3Options(f"http://127.0.0.1:{server.port}")
        )
        with pytest.raises(MediaError) as refused:
            fetcher.fetch("s3://pictures/x.png")
    assert refused.value.reason == "address_not_allowed"


def test_amazon_is_asked_where_no_endpoint_is_given():
    asked = []

    def nowhere(host, port):
        asked.append((host, port))
        raise OSError("no such name")

    fetcher = Fetcher(FetchLimits(attempts=1), resolver=nowhere)
    with pytest.raises(MediaError, match="no such name"):
        S3Fetcher(fetcher, S3Options(region="eu-west-1")).fetch("s3://pictures/x.png")
    assert asked == [("s3.eu-west-1.amazonaws.com", 443)]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://pictures/x.png", "scheme_not_allowed"),
        ("s3://pictures", "bad_url"),
        ("s3://pictures/", "bad_url"),
        ("s3:///x.png", "bad_url"),
        ("s3://a@169.254.169.254/x.png", "bad_url"),
        ("s3://Pictures/x.png", "bad_url"),
        ("s3://pictures/../other/x.png", "bad_url"),
        ("s3://pictures/a\nb.png", "bad_url"),
    ],
)
def test_refused_urls(url, reason):
    with pytest.raises(MediaError) as refused:
        S3Fetcher(INSIDE).fetch(url)
    assert refused.value.reason == reason


def test_options_of_the_environment():
    said = {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "hidden",
        "AWS_ENDPOINT_URL": "http://x",
        "AWS_REGION": "eu-west-1",
    }
    options = S3Options.from_environment(said)
    assert options == S3Options("http://x", "eu-west-1", "a", "hidden", None)
    assert "hidden" not in repr(options)
    assert S3Options.from_environment({}) == S3Options()
