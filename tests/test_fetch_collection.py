"""Pictures of a table that lie on the web and in S3, end to end, against real servers on loopback."""

import io
import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pinakes
from pinakes.ingest.setup import Options, find_setup, write_setup
from pinakes.media.originals import Originals
from pinakes.settings import load_settings, parse_settings, save_settings
from pinakes.snapshots.layout import CollectionPaths

sys.path.insert(0, str(Path(__file__).parent / "media" / "fetch"))
from hostile_server import answer, drip, endless, redirect, serving

JPEG = b"Content-Type: image/jpeg\r\n"
QUICK = {"http": True, "networks": ["127.0.0.0/8"], "seconds": 1.5, "attempts": 1}


def photo(seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


PHOTOS = [photo(seed) for seed in range(6)]


def gallery(path, count):
    """Answer /0.jpg ... /5.jpg."""
    return (answer(PHOTOS[int(path.split("/")[-1][0])], JPEG),)


def write_table(folder, rows):
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / "items.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return path


def collect(folder, rows, **fetch):
    """Set up a collection of rows whose settings allow loopback; nothing is indexed yet."""
    table, into = write_table(folder, rows), folder / "collection"
    write_setup(find_setup(table, into, Options(id="id")))
    allow(into, **fetch)
    return table, into


def allow(into, **fetch):
    settings = load_settings(into).model_dump(mode="json", exclude_defaults=True)
    settings["source"]["fetch"] = {**QUICK, **fetch}
    save_settings(into, parse_settings(settings))


def reasons(into):
    return {entry.item_id: entry.reason for entry in pinakes.Collection(into).doctor().quarantine}


def originals(into):
    return Originals(CollectionPaths(into).media)


@pytest.mark.slow
def test_pictures_are_fetched_once_kept_and_shown_with_their_credits(tmp_path):
    with serving(gallery) as server:
        base = f"http://127.0.0.1:{server.port}"
        rows = [
            {
                "id": str(n),
                "title": f"photo {n}",
                "image": f"{base}/{n}.jpg",
                "author": "Ann",
                "license": "cc-by",
            }
            for n in range(5)
        ]
        table, into = collect(tmp_path, rows)
        unfetched = pinakes.index(table, into)
        assert unfetched.add.pictures.remote == 5
        assert "5 pictures have an address" in unfetched.notes[-1] and "--fetch" in unfetched.notes[-1]
        assert set(reasons(into).values()) == {"not_local"}
        assert server.asked == []

        first = pinakes.index(table, into, fetch=True)
        assert first.add.pictures.decoded == 5
        assert first.add.pictures.missing == 0
        assert reasons(into) == {}
        assert load_settings(into).source.fetch.enabled
        assert Counter(path for path, _ in server.asked) == {f"/{n}.jpg": 1 for n in range(5)}

        second = pinakes.index(table, into, fetch=True)
        assert (second.add.pictures.unchanged, second.add.pictures.decoded) == (5, 0)
        assert second.release == first.release
        assert len(server.asked) == 5

        with pinakes.open(into) as engine:
            hit = engine.search(image=PHOTOS[3], top=1).hits[0]
            assert (hit.id, hit.attribution) == ("3", "Ann, cc-by")

        again = pinakes.index(table, into, refetch=True)
        assert again.add.pictures.decoded == 5
        assert (again.add.features.made, again.release) == (0, first.release)
        assert len(server.asked) == 10
    # The server is gone: thumbnails and new encoders work from what was kept.
    assert all(originals(into).path(view_sha(into, n)).exists() for n in range(5))
    with pinakes.open(into) as engine:
        assert Image.open(io.BytesIO(engine.thumbnail("2"))).format == "WEBP"
    assert pinakes.index(table, into).add.pictures.unchanged == 5


def view_sha(into, number):
    with pinakes.open(into) as engine:
        return engine.item(str(number)).views[0].media


@pytest.mark.slow
def test_another_encoder_reads_the_kept_originals(tmp_path):
    from pinakes.testing.random_clip import Shape, write_random_clip

    model = write_random_clip(tmp_path / "model", Shape())
    with serving(gallery) as server:
        rows = [{"id": str(n), "image": f"http://127.0.0.1:{server.port}/{n}.jpg"} for n in range(3)]
        table, into = collect(tmp_path, [{**row, "title": row["id"]} for row in rows])
        pinakes.index(table, into, fetch=True)
        asked = len(server.asked)
    assert asked == 3
    done = pinakes.index(table, into, encoder=f"clip:{model}")
    assert (done.add.pictures.decoded, done.add.pictures.missing) == (3, 0)
    with pinakes.open(into) as engine:
        assert engine.search(image=PHOTOS[1], top=1).hits[0].id == "1"


@pytest.mark.slow
def test_every_bad_answer_ends_in_quarantine_with_its_reason(tmp_path, monkeypatch):
    def behave(path, count):
        return {
            "/good.jpg": lambda: (answer(PHOTOS[0], JPEG),),
            "/endless.jpg": endless_body,
            "/drip.jpg": lambda: drip(answer(PHOTOS[1], JPEG), 0.05),
            "/html.jpg": lambda: (answer(b"<html>not found</html>", b"Content-Type: text/html\r\n"),),
            "/lies.jpg": lambda: (answer(PHOTOS[1], b"Content-Type: image/png\r\n"),),
            "/magic.jpg": lambda: (answer(b"MZ\x90\x00" * 50, JPEG),),
            "/broken.jpg": lambda: (answer(PHOTOS[1][:300], JPEG),),
            "/gone.jpg": lambda: (answer(status=b"404 Not Found"),),
            "/metadata.jpg": lambda: (redirect("http://169.254.169.254/latest/meta-data"),),
            "/inside.jpg": lambda: (redirect("http://10.0.0.1/admin.jpg"),),
            "/file.jpg": lambda: (redirect("file:///etc/passwd"),),
            "/circle.jpg": lambda: (redirect("/circle.jpg"),),
            "/short.jpg": lambda: (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n\xff\xd8\xff",),
        }[path]()

    def endless_body():
        yield b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + PHOTOS[0]
        yield from endless(bytes(2**16))

    real = socket.getaddrinfo

    def names(host, port, *more, **given):
        if host == "mixed.example":
            return [*real("93.184.216.34", port, *more, **given), *real("192.168.0.1", port, *more, **given)]
        return real(host, port, *more, **given)

    monkeypatch.setattr(socket, "getaddrinfo", names)
    with serving(behave) as server:
        base = f"http://127.0.0.1:{server.port}"
        expected = {
            "endless": (f"{base}/endless.jpg", "too_many_bytes"),
            "drip": (f"{base}/drip.jpg", "too_slow"),
            "html": (f"{base}/html.jpg", "wrong_type"),
            "lies": (f"{base}/lies.jpg", "wrong_type"),
            "magic": (f"{base}/magic.jpg", "wrong_type"),
            "broken": (f"{base}/broken.jpg", "truncated"),
            "gone": (f"{base}/gone.jpg", "http_status"),
            "metadata": (f"{base}/metadata.jpg", "address_not_allowed"),
            "inside": (f"{base}/inside.jpg", "address_not_allowed"),
            "file": (f"{base}/file.jpg", "scheme_not_allowed"),
            "circle": (f"{base}/circle.jpg", "too_many_redirects"),
            "short": (f"{base}/short.jpg", "incomplete"),
            "link-local": ("https://169.254.169.254/latest/x.jpg", "address_not_allowed"),
            "private": ("https://192.168.1.1/x.jpg", "address_not_allowed"),
            "ipv6": ("https://[::1]/x.jpg", "address_not_allowed"),
            "mapped": ("https://[::ffff:10.0.0.1]/x.jpg", "address_not_allowed"),
            "decimal": ("https://2852039166/x.jpg", "address_not_allowed"),
            "mixed": ("https://mixed.example/x.jpg", "address_not_allowed"),
            "unknown": ("https://no-such-name.invalid/x.jpg", "unknown_host"),
            "password": ("https://me:secret@example.com/x.jpg", "bad_url"),
            "ftp": ("ftp://example.com/x.jpg", "scheme_not_allowed"),
        }
        rows = [{"id": id, "title": id, "image": uri} for id, (uri, _) in expected.items()]
        rows.append({"id": "good", "title": "good", "image": f"{base}/good.jpg"})
        table, into = collect(tmp_path, rows, megabytes=1)
        done = pinakes.index(table, into, fetch=True)
        assert done.add.pictures.decoded == 1
        assert reasons(into) == {id: reason for id, (_, reason) in expected.items()}
        assert done.add.pictures.refused + done.add.pictures.missing == len(expected)
        assert done.add.added + done.add.updated + done.add.unchanged == len(rows)  # their words stay
        kept = [path for path in CollectionPaths(into).media.rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in kept] == [PHOTOS[0]]

        before = Counter(path for path, _ in server.asked)
        pinakes.index(table, into)
        after = Counter(path for path, _ in server.asked) - before
        assert "/good.jpg" not in after
        # What is no picture is not asked for again; what may come back is.
        assert {"/html.jpg", "/lies.jpg", "/magic.jpg", "/broken.jpg", "/endless.jpg"} & set(after) == set()
        assert {"/gone.jpg", "/drip.jpg", "/short.jpg"} <= set(after)
        assert reasons(into) == {id: reason for id, (_, reason) in expected.items()}


def test_an_address_that_changes_between_two_pictures_is_checked_each_time(tmp_path, monkeypatch):
    """DNS rebinding: the first answer is allowed here, the second leads elsewhere inside."""
    real, turns = socket.getaddrinfo, []

    def names(host, port, *more, **given):
        if host != "rebind.example":
            return real(host, port, *more, **given)
        turns.append(host)
        return real("127.0.0.1" if len(turns) == 1 else "10.0.0.1", port, *more, **given)

    monkeypatch.setattr(socket, "getaddrinfo", names)
    with serving(gallery) as server:
        base = f"http://rebind.example:{server.port}"
        rows = [{"id": str(n), "title": "x", "image": f"{base}/{n}.jpg"} for n in range(2)]
        table, into = collect(tmp_path, rows, per_host=1)
        done = pinakes.index(table, into, fetch=True)
    assert done.add.pictures.decoded == 1
    assert list(reasons(into).values()) == ["address_not_allowed"]
    assert len(server.asked) == 1


def test_what_failed_for_now_is_fetched_by_the_next_run(tmp_path):
    broken = True

    def behave(path, count):
        return (answer(status=b"503 Service Unavailable"),) if broken else gallery(path, count)

    with serving(behave) as server:
        rows = [{"id": "1", "title": "x", "image": f"http://127.0.0.1:{server.port}/1.jpg"}]
        table, into = collect(tmp_path, rows)
        assert pinakes.index(table, into, fetch=True).add.pictures.missing == 1
        assert reasons(into) == {"1": "http_status"}
        broken = False
        assert pinakes.index(table, into).add.pictures.decoded == 1
        assert reasons(into) == {}


def test_loopback_is_refused_where_no_setting_names_it(tmp_path):
    with serving(gallery) as server:
        rows = [{"id": "1", "title": "x", "image": f"http://127.0.0.1:{server.port}/1.jpg"}]
        table, into = collect(tmp_path, rows, networks=[])
        pinakes.index(table, into, fetch=True)
        assert reasons(into) == {"1": "address_not_allowed"}
        allow(into, networks=[], http=False)
        pinakes.index(table, into, fetch=True)
        assert reasons(into) == {"1": "scheme_not_allowed"}
        assert server.asked == []


def test_over_tls(tmp_path, monkeypatch):
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    extra = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", *command.split(), *files, *extra], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with serving(gallery, context) as server:
        rows = [{"id": "1", "title": "x", "image": f"https://localhost:{server.port}/1.jpg"}]
        table, into = collect(tmp_path, rows, http=False, networks=["127.0.0.0/8", "::1/128"])
        pinakes.index(table, into, fetch=True)
        assert reasons(into) == {"1": "untrusted"}
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert pinakes.index(table, into).add.pictures.decoded == 1


@pytest.mark.slow
def test_pictures_in_a_bucket(tmp_path, monkeypatch):
    obstore = pytest.importorskip("obstore", reason="needs the extra s3")
    moto = pytest.importorskip("moto.server", reason="needs moto's S3 server")
    running = moto.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/photos", method="PUT")).close()
        store = obstore.store.S3Store(
            "photos",
            config={
                "endpoint": endpoint,
                "region": "us-east-1",
                "access_key_id": "a",
                "secret_access_key": "b",
            },
            client_options={"allow_http": True},
        )
        for number, data in enumerate(PHOTOS[:3]):
            obstore.put(store, f"{number}.jpg", data, attributes={"Content-Type": "image/jpeg"})
        for name, value in (
            ("AWS_ENDPOINT_URL_S3", endpoint),
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
        ):
            monkeypatch.setenv(name, value)
        rows = [
            {"id": str(n), "title": f"photo number {n}", "image": f"s3://photos/{n}.jpg"} for n in range(4)
        ]
        table, into = collect(tmp_path, rows)
        done = pinakes.index(table, into, fetch=True)
    finally:
        running.stop()
    assert done.add.pictures.decoded == 3
    assert reasons(into) == {"3": "http_status"}
    with pinakes.open(into) as engine:
        assert engine.search(image=PHOTOS[2], top=1).hits[0].id == "2"
        assert engine.thumbnail("2")


def test_a_table_that_is_added_may_be_fetched_too(tmp_path):
    with serving(gallery) as server:
        base = f"http://127.0.0.1:{server.port}"
        _, into = collect(tmp_path, [{"id": "0", "title": "x", "image": f"{base}/0.jpg"}])
        more = write_table(tmp_path / "more", [{"id": "1", "title": "y", "image": f"{base}/1.jpg"}])
        assert pinakes.Collection(into).add(more).add.pictures.remote == 1
        assert pinakes.Collection(into).add(more, fetch=True).add.pictures.decoded == 1
        assert not load_settings(into).source.fetch.enabled


def test_pictures_are_fetched_at_the_same_time(tmp_path):

    def behave(path, count):
        time.sleep(0.2)
        return gallery(path, count)

    running, most = 0, 0

    def counted(path, count):
        nonlocal running, most
        running += 1
        most = max(most, running)
        parts = behave(path, count)
        running -= 1
        return parts

    with serving(counted) as server:
        rows = [
            {"id": str(n), "title": "x", "image": f"http://127.0.0.1:{server.port}/{n}.jpg"} for n in range(6)
        ]
        table, into = collect(tmp_path, rows, per_host=6)
        pinakes.index(table, into, fetch=True)
    assert most > 1
