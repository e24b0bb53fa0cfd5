import base64
import json
import re
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest
from serving_checks import bearer, problem_of

import pinakes
from pinakes.catalog.lease import writer_lease
from pinakes.collection import Collection
from pinakes.serving.writer import Drainer
from pinakes.snapshots.backup import restore

REQUIRED = {"family": "thing", "date_added": "2024-02-29", "synthetic": True}


def item(id, **more):
    """An item with what the gallery requires of each."""
    return {"id": id, **more, "attributes": REQUIRED | more.get("attributes", {})}


@pytest.fixture
def drained():
    """Drains the inbox of a collection in a thread, as the process beside the workers does."""
    running = []

    def start(folder):
        told = threading.Event()
        thread = threading.Thread(target=Drainer(folder, told.is_set, sleep=lambda s: time.sleep(s / 10)).run)
        thread.start()
        running.append((told, thread))
        while not Collection(folder).paths.inbox_lock.exists():
            time.sleep(0.01)

    yield start
    for told, thread in running:
        told.set()
        thread.join()


def picture(gallery, name="coin-0001_obverse"):
    return next(gallery.rglob(f"{name}.*")).read_bytes()


def test_items_are_added_replaced_and_deleted(gallery, client_of, drained):
    client = client_of(gallery, base_url="http://localhost")
    drained(gallery)
    items = [item("new/1", title="Zinc zeppelin"), item("coin-0001", title="Quite another thing")]
    answer = client.post("/v1/items?wait=true", json={"items": items})
    assert answer.status_code == 200
    assert [(i["id"], i["status"]) for i in answer.json()["items"]] == [
        ("new/1", "visible"),
        ("coin-0001", "visible"),
    ]
    assert client.get("/v1/items/new/1").json()["title"] == "Zinc zeppelin"
    assert client.get("/v1/items/coin-0001").json()["title"] == "Quite another thing"
    hits = client.post("/v1/search", json={"text": "zeppelin"}).json()["hits"]
    assert [hit["id"] for hit in hits][:1] == ["new/1"]
    assert client.delete("/v1/items/new/1?wait=true").json()["items"][0]["status"] == "visible"
    problem_of(client.get("/v1/items/new/1"), 404, "not-found")


def test_what_is_accepted_is_safe_before_it_is_visible(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    answer = client.post("/v1/items", json={"items": [item("later", title="Later")]})
    assert answer.status_code == 202
    change = answer.json()["items"][0]["change"]
    assert client.get(f"/v1/changes/{change}").json()["status"] == "accepted"
    # Nobody drains: to wait would be in vain.
    assert client.delete("/v1/items/coin-0002?wait=true").status_code == 202
    assert len(Collection(gallery).drain().changes) == 2
    assert client.get(f"/v1/changes/{change}").json() == {
        "id": "later",
        "status": "visible",
        "change": change,
        "detail": None,
    }
    client.app.state.context.engine.refresh()
    assert client.get("/v1/items/later").status_code == 200
    problem_of(client.get("/v1/changes/999"), 404, "not-found")


def test_pictures_come_as_base64_or_in_a_form_and_their_originals_are_kept(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    obverse, reverse = picture(gallery), picture(gallery, "coin-0001_reverse")
    encoded = base64.b64encode(obverse).decode()
    body = {"items": [item("a", pictures=[{"role": "obverse", "data": encoded}])]}
    assert client.post("/v1/items", json=body).status_code == 202
    form = {"item": json.dumps(item("b", title="From a form"))}
    answer = client.post("/v1/items", data=form, files={"obverse": obverse, "reverse": reverse})
    assert answer.status_code == 202, answer.text
    made = Collection(gallery).drain()
    assert not made.refused
    assert not made.notes
    engine = client.app.state.context.engine
    engine.refresh()
    views = client.get("/v1/items/b").json()["views"]
    assert [view["role"] for view in views] == ["obverse", "reverse"]
    assert client.get(views[0]["thumb"]).status_code == 200
    assert {"a", "b"} <= {hit.id for hit in engine.search(image=obverse, top=5, collapse=False)}
    kept = gallery / ".pinakes" / "media" / views[0]["media"][:2] / views[0]["media"]
    assert kept.read_bytes() == obverse


def test_a_restored_backup_shows_the_pictures_that_were_sent(gallery, client_of, tmp_path):
    client = client_of(gallery, base_url="http://localhost")
    for name, id in (("coin-0001_obverse", "drained"), ("coin-0001_reverse", "waiting")):
        # Not a picture of the source: other bytes, the same pixels.
        files = {"obverse": picture(gallery, name) + b"\0"}
        answer = client.post("/v1/items", data={"item": json.dumps(item(id))}, files=files)
        assert answer.json()["items"][0]["status"] == "accepted", answer.text
        if id == "drained":
            Collection(gallery).drain()
    Collection(gallery).backup(tmp_path / "b.tar")
    restored = tmp_path / "restored"
    restore(tmp_path / "b.tar", restored)
    assert not Collection(restored).drain().refused
    again = client_of(restored, base_url="http://localhost")
    for id in ("drained", "waiting"):
        (view,) = again.get(f"/v1/items/{id}").json()["views"]
        assert again.get(view["thumb"]).status_code == 200


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"title": "t", "attributes": {"colour_of_hat": "red"}}, "unknown attribute 'colour_of_hat'"),
        ({"title": "t", "attributes": {"price": "cheap"}}, "price: .* not a finite number"),
        ({"title": "t", "vectors": {"picture": [1.0]}}, "unknown space of brought vectors 'picture'"),
        ({"title": "t", "pictures": [{"data": "%%%"}]}, "base64"),
        ({"title": "t", "pictures": [{"url": "https://pictures.example/1.jpg"}]}, "not fetched here"),
        ({"title": "t", "pictures": [{"url": "upload://1"}]}, "not an address"),
        ({"title": "  "}, "nothing could find it"),
        ({"title": "t\0"}, "NUL"),
    ],
)
def test_an_item_that_cannot_be_stored_as_it_is_is_rejected_and_the_others_are_not(
    gallery, client_of, given, detail
):
    client = client_of(gallery, base_url="http://localhost")
    items = [item("good", title="Good"), item("bad", **given)]
    answer = client.post("/v1/items", json={"items": items})
    assert answer.status_code == 202
    good, bad = answer.json()["items"]
    assert (good["status"], bad["status"], bad["change"]) == ("accepted", "rejected", None)
    assert re.search(detail, bad["detail"])


@pytest.mark.parametrize(
    ("bad", "id", "detail"),
    [
        ({"title": "Bad"}, None, "body/items/1/id is missing"),
        ({"id": "", "title": "Bad"}, "", "body/items/1/id must not be empty"),
        ({"id": 5}, None, "body/items/1/id must be a text, got 5"),
        ({"id": "bad", "titel": "Bad"}, "bad", "body/items/1/titel is not known here; did you mean title?"),
        (
            {"id": "bad", "rights": {"expires": "soon"}, "text": 1},
            "bad",
            "body/items/1/text must be a text, got 1; "
            'body/items/1/rights/expires must be a date such as 2024-12-31, got "soon"',
        ),
        ("bad", None, 'body/items/1 must be an object, got "bad"'),
    ],
)
def test_an_item_without_the_right_form_is_rejected_and_the_others_are_not(
    gallery, client_of, bad, id, detail
):
    client = client_of(gallery, base_url="http://localhost")
    rights = {"license": "cc0", "expires": "2999-01-31"}
    sent = [item("one", title="One", rights=rights), bad, item("two", title="Two")]
    answer = client.post("/v1/items", json={"items": sent})
    assert answer.status_code == 202
    one, refused, two = answer.json()["items"]
    assert (one["id"], one["status"], two["id"], two["status"]) == ("one", "accepted", "two", "accepted")
    assert refused == {"id": id, "status": "rejected", "change": None, "detail": detail}
    Collection(gallery).drain()
    client.app.state.context.engine.refresh()
    assert client.get("/v1/items/one").json()["rights"]["expires"] == "2999-01-31"


@pytest.mark.parametrize(
    "body",
    [{}, [], {"items": []}, {"items": {}}, {"items": [item("a", title="A")] * 257}, {"items": [5], "x": 1}],
)
def test_a_body_that_holds_no_items_is_refused(gallery, client_of, body):
    client = client_of(gallery, base_url="http://localhost")
    problem_of(client.post("/v1/items", json=body), 422, "invalid-request")
    assert client.get("/v1/changes/1").status_code == 404


def test_an_item_without_a_required_attribute_is_refused_and_stops_no_freeze(gallery, client_of, tmp_path):
    client = client_of(gallery, base_url="http://localhost")
    answer = client.post("/v1/items", json={"items": [{"id": "x", "title": "X"}]})
    assert "has no 'family'" in answer.json()["items"][0]["detail"]
    more = tmp_path / "more.jsonl"
    rows = {"id": "y", "title": "Y"}, {"id": "z", "title": "Z", **REQUIRED}
    more.write_text("\n".join(map(json.dumps, rows)))
    report = Collection(gallery).add(more)
    assert (report.add.added, report.add.quarantined) == (1, 1)
    assert report.freeze.kind == "delta"


def test_a_broken_picture_is_left_out_and_the_answer_says_so(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    broken = base64.b64encode(b"\x89PNG\r\n\x1a\n and then nothing").decode()
    items = [item(i, title=t, pictures=[{"data": broken}]) for i, t in (("a", "Words"), ("b", ""))]
    changes = [one["change"] for one in client.post("/v1/items", json={"items": items}).json()["items"]]
    Collection(gallery).drain()
    words, nothing = (client.get(f"/v1/changes/{change}").json() for change in changes)
    assert words["status"] == "visible"
    assert words["detail"]
    assert nothing["status"] == "rejected"
    assert "no title, text, vector or usable picture" in nothing["detail"]


def test_what_is_not_there_cannot_be_deleted_and_what_is_on_its_way_can(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    never = problem_of(client.delete("/v1/items/never"), 404, "not-found")
    assert (never["kind"], never["name"]) == ("item", "never")
    client.post("/v1/items", json={"items": [item("soon", title="Soon")]})
    assert client.delete("/v1/items/soon").status_code == 202
    problem_of(client.delete("/v1/items/soon"), 404, "not-found")
    assert client.delete("/v1/items/coin-0001").status_code == 202
    assert client.delete("/v1/items/coin-0001").status_code == 202  # it is there until that is made
    Collection(gallery).drain()
    problem_of(client.delete("/v1/items/coin-0001"), 404, "not-found")
    problem_of(client.get("/v1/items/soon"), 404, "not-found")


def test_of_several_changes_to_one_item_the_last_one_counts(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    client.post("/v1/items", json={"items": [item("a", title="One"), item("a", title="Two")]})
    client.delete("/v1/items/coin-0001")
    client.post("/v1/items", json={"items": [item("b", title="B")]})
    client.delete("/v1/items/b")
    made = Collection(gallery).drain()
    assert len(made.changes) == 5
    with pinakes.open(gallery) as engine:
        assert engine.item("a").title == "Two"
        assert not {"b", "coin-0001"} & set(engine.search(where="price >= 0 or price < 0", top=100).ids)


def test_live_attributes_change_at_once_while_somebody_else_writes(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    with writer_lease(Collection(gallery).paths.writer_lock, "index"):
        answer = client.patch("/v1/items/coin-0001", json={"attributes": {"price": 0.25}})
    assert answer.status_code == 200, answer.text
    assert client.get("/v1/items/coin-0001").json()["attributes"]["price"] == 0.25
    cheap = client.post("/v1/search", json={"where": "price < 0.3"}).json()
    assert [hit["id"] for hit in cheap["hits"]] == ["coin-0001"]
    assert Collection(gallery).freeze().kind == "nothing"
    assert client.patch("/v1/items/coin-0001", json={"attributes": {"price": None}}).status_code == 200
    assert "price" not in client.get("/v1/items/coin-0001").json()["attributes"]
    problem_of(
        client.patch("/v1/items/coin-0001", json={"attributes": {"familie": "x"}}), 400, "unknown-name"
    )
    still = problem_of(
        client.patch("/v1/items/coin-0001", json={"attributes": {"family": "x"}}), 400, "query"
    )
    assert "name it in [live] fields" in still["detail"]
    problem_of(client.patch("/v1/items/coin-0001", json={"attributes": {"price": "x"}}), 400, "query")
    problem_of(client.patch("/v1/items/never", json={"attributes": {"price": 1}}), 404, "not-found")


def test_writing_needs_a_key_with_the_role_write(pristine, client_of, keys):
    client = client_of(pristine, keys=keys)
    body = {"items": [{"id": "a", "title": "A"}]}
    problem_of(client.post("/v1/items", json=body), 401, "key-needed")
    problem_of(client.post("/v1/items", json=body, headers=bearer("search")), 403, "not-allowed")
    problem_of(client.delete("/v1/items/a", headers=bearer("search")), 403, "not-allowed")
    problem_of(client.patch("/v1/items/a", json={"attributes": {"a": 1}}), 401, "key-needed")


def test_a_read_only_service_takes_nothing_in(pristine, client_of):
    client = client_of(pristine, base_url="http://localhost", read_only=True)
    answer = client.post("/v1/items", json={"items": [{"id": "a", "title": "A"}]})
    assert "read-only" in problem_of(answer, 403, "not-allowed")["detail"]


@pytest.mark.parametrize("form", [{}, {"item": "{"}, {"item": "{}"}, {"item": '{"id": "a"}', "more": "1"}])
def test_a_form_that_is_no_item_is_refused(gallery, client_of, form):
    client = client_of(gallery, base_url="http://localhost")
    answer = client.post("/v1/items", data=form, files={"front": b"x"})
    assert answer.status_code in (400, 422)


@pytest.mark.slow
def test_the_command_makes_changes_beside_two_workers(gallery):
    """Through a real server: added, seen by every worker, deleted; while another process writes, it waits."""
    command = [sys.executable, "-m", "pinakes", "serve", str(gallery), "--port", "0", "--workers", "2"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", serving.stdout.readline())[0]
        client = pinakes.Client(url)
        paths = Collection(gallery).paths
        while not client_is_up(url) or not paths.inbox_lock.exists():
            time.sleep(0.05)
        with writer_lease(paths.writer_lock, "index"):
            (waiting,) = client.upsert([item("s/1", title="Slow", attributes={"price": 3})])
            time.sleep(1)
            assert client.change(waiting.number).status == "accepted"
        coin = item("s/2", title="Coin", pictures=[{"data": picture(gallery)}])
        assert [change.status for change in client.upsert([coin], wait=True)] == ["visible"]
        assert client.change(waiting.number).status == "visible"
        time.sleep(1.2)
        for _ in range(6):
            assert httpx.get(f"{url}/v1/items/s/2").status_code == 200
        assert client.delete("s/2", wait=True).status == "visible"
    finally:
        serving.send_signal(signal.SIGTERM)
        _, log = serving.communicate(timeout=60)
    assert '"level": "error"' not in log
    assert "changes wait" in log


def client_is_up(url):
    try:
        return httpx.get(f"{url}/livez").status_code == 200
    except httpx.TransportError:
        return False
