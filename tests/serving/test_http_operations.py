import json
import logging
import re
import shutil
import sys
from dataclasses import replace

import pytest
from serving_checks import bearer, problem_of

import pinakes
from pinakes.collection import Collection
from pinakes.serving.logs import JsonFormatter
from pinakes.serving.metrics import Metrics


def numbers(page):
    """Metrics by their name with labels."""
    rows = (line.rpartition(" ") for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_it_is_alive_and_ready(client, served_engine):
    assert client.get("/livez").json() == client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert ready == {"status": "ready", "release": served_engine.release.id, "items": 60, "detail": None}


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/", "/items/coin-0001", "/v1/items/coin-0001"])
def test_head_is_answered_as_get_is(client, path):
    asked = {"Accept": "text/html"}
    got, head = client.get(path, headers=asked), client.head(path, headers=asked)
    assert (head.status_code, head.headers["content-type"]) == (200, got.headers["content-type"])


def test_another_method_is_told_which_would_be_right(client):
    refused = client.get("/v1/search")
    assert refused.headers["allow"] == "POST"
    assert problem_of(refused, 405, "wrong-method")["detail"] == "/v1/search takes POST, not GET"
    assert client.head("/v1/search").status_code == 405


def test_a_collection_that_cannot_be_read_is_not_ready(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    assert client.get("/readyz").status_code == 200
    engine = client.app.state.context.engine
    engine.close()
    ref = gallery / ".pinakes/refs/live.json"
    ref.write_text("{}")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert str(gallery) not in answer.text
    refused = client.post("/v1/search", json={"text": "blue"})
    problem_of(refused, 503, "damaged")
    assert str(gallery) not in refused.text
    assert client.get("/livez").status_code == 200


def test_requests_errors_and_stages_are_counted(served_engine, client_of):
    client = client_of(served_engine, base_url="http://localhost")
    for _ in range(3):
        client.post("/v1/search", json={"text": "blue"})
    client.post("/v1/search", json={})
    client.get("/v1/items/nobody")
    client.get("/wp-login.php")
    found = numbers(client.get("/metrics").text)
    assert found['pinakes_requests_total{method="POST",route="/v1/search",status="200"}'] == 3
    assert found['pinakes_requests_total{method="POST",route="/v1/search",status="400"}'] == 1
    assert found['pinakes_requests_total{method="GET",route="/v1/items/{id:path}",status="404"}'] == 1
    # Whatever strangers try must not make the page longer.
    assert found['pinakes_requests_total{method="",route="none",status="404"}'] == 1
    assert found['pinakes_errors_total{problem="query"}'] == 1
    assert found['pinakes_errors_total{problem="not-found"}'] == 2
    assert found['pinakes_stage_seconds_count{stage="total"}'] == 3
    assert found['pinakes_plans_total{method="bm25",signal="words"}'] == 3
    assert found["pinakes_items"] == 60
    assert found[f'pinakes_release_info{{release="{served_engine.release.id}"}}'] == 1
    assert found['pinakes_pending{queue="search"}'] == 0


def test_searches_that_are_answered_together_are_counted_as_one_by_one(served_engine):
    found = [served_engine.search("blue"), served_engine.search("coin", where="price > 1")]
    timings = [{"words": 0.0005, "total": 0.001}, {"words": 0.5, "total": 20_000.0}]
    found = [replace(one, timings=ms) for one, ms in zip(found, timings, strict=True)]
    together, alone = Metrics(), Metrics()
    together.observe_searches(found)
    for one in found:
        alone.observe_searches([one])
    shown = numbers(together.page().decode())
    assert {name: count for name, count in shown.items() if "_created" not in name} == {
        name: count for name, count in numbers(alone.page().decode()).items() if "_created" not in name
    }
    assert shown['pinakes_stage_seconds_bucket{le="0.001",stage="total"}'] == 1
    assert shown['pinakes_stage_seconds_bucket{le="10.0",stage="total"}'] == 1
    assert shown['pinakes_stage_seconds_bucket{le="+Inf",stage="total"}'] == 2
    assert shown['pinakes_stage_seconds_bucket{le="0.001",stage="words"}'] == 2
    assert shown['pinakes_stage_seconds_sum{stage="total"}'] == pytest.approx(20.000001)
    assert shown['pinakes_plans_total{method="bm25",signal="words"}'] == 2


def test_the_log_has_a_line_for_each_request_and_no_word_of_the_query(client, caplog):
    caplog.set_level(logging.INFO)
    answer = client.post(
        "/v1/search", json={"text": "a very private wish"}, headers={"X-Request-ID": "request-0001"}
    )
    assert answer.headers["x-request-id"] == "request-0001"
    (record,) = (r for r in caplog.records if r.name == "pinakes.requests")
    line = json.loads(JsonFormatter().format(record))
    assert (line["request_id"], line["route"], line["status"], line["problem"]) == (
        "request-0001",
        "/v1/search",
        200,
        None,
    )
    assert line["results"] == len(answer.json()["hits"])
    assert line["receipt"] == answer.json()["receipt"]
    assert line["total_ms"] > line["search_ms"] > 0
    assert line["rerank_ms"] == 0
    assert line["encode_ms"] >= 0
    assert "private" not in json.dumps(line)


@pytest.mark.parametrize("given", ["", "x", "a" * 65, "new\tline-id", "<script>alert(1)"])
def test_an_id_that_is_none_is_replaced(client, given):
    assert re.fullmatch(
        "[0-9a-f]{16}", client.get("/livez", headers={"X-Request-ID": given}).headers["x-request-id"]
    )


def test_a_traceback_is_part_of_its_line():
    try:
        raise ValueError("what went wrong")
    except ValueError:
        record = logging.LogRecord("pinakes", logging.ERROR, "", 0, "request %s", ("x",), sys.exc_info())
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["message"]) == ("error", "request x")
    assert "ValueError: what went wrong" in line["error"]


@pytest.fixture
def two_releases(gallery):
    """A collection with two releases, and an engine that has seen the first alone."""
    with pinakes.open(gallery) as engine:
        first = engine.release.id
        deleted = engine.search(where="family = 'coin'", top=200, collapse=False).ids[0]

        def move():
            Collection(gallery).delete([deleted])
            engine.refresh()

        yield engine, first, deleted, move


def test_a_new_release_answers_and_cursors_stay_on_theirs(two_releases, client_of):
    engine, first, deleted, move = two_releases
    client = client_of(engine, base_url="http://localhost")
    query = {"where": "family = 'coin'", "top": 3}
    whole = client.post("/v1/search", json={**query, "top": 200}).json()["hits"]
    page = client.post("/v1/search", json=query).json()
    move()
    assert client.get("/readyz").json()["release"] != first
    now = client.post("/v1/search", json=query).json()
    assert deleted not in [hit["id"] for hit in now["hits"]]
    pages = page["hits"]
    while page["next"]:
        page = client.post("/v1/search", json={**query, "cursor": page["next"]}).json()
        assert page["release"] == first
        pages += page["hits"]
    assert [hit["id"] for hit in pages] == [hit["id"] for hit in whole]


def test_a_cursor_of_a_release_that_is_gone_is_gone(two_releases, client_of):
    engine, first, _, move = two_releases
    client = client_of(engine, base_url="http://localhost", cursor_seconds=0.0)
    query = {"where": "family = 'coin'", "top": 3}
    cursor = client.post("/v1/search", json=query).json()["next"]
    move()
    client.get("/readyz")
    snapshot = engine.paths.snapshots / "v0001"
    moved = engine.paths.snapshots / ".tmp-away"
    snapshot.rename(moved)
    problem_of(client.post("/v1/search", json={**query, "cursor": cursor}), 410, "gone")
    moved.rename(snapshot)
    assert client.post("/v1/search", json={**query, "cursor": cursor}).json()["release"] == first


def test_a_ref_is_moved_by_admins_and_the_service_follows(two_releases, client_of, keys):
    engine, first, deleted, move = two_releases
    client = client_of(engine, keys=keys)
    move()
    assert client.get(f"/v1/items/{deleted}", headers=bearer("search")).status_code == 404
    moved = client.put("/v1/refs/live", json={"release": first}, headers=bearer("admin"))
    assert moved.json()["release"] == first
    assert moved.json()["history"][0]["reason"].startswith("rollback")
    engine.refresh()
    assert client.get(f"/v1/items/{deleted}", headers=bearer("search")).status_code == 200
    listed = client.get("/v1/snapshots", headers=bearer("search")).json()
    assert [snapshot["name"] for snapshot in listed["snapshots"]] == ["v0001", "v0001+d0001"]
    assert [(ref["name"], ref["release"]) for ref in listed["refs"]] == [("live", first)]
    for body, status, name in [
        ({}, 400, "usage"),
        ({"snapshot": "v0001", "release": first}, 400, "usage"),
        ({"snapshot": "v0009"}, 404, "not-found"),
        ({"snapshot": "../../etc"}, 400, "usage"),
        ({"release": "nope"}, 404, "not-found"),
    ]:
        problem_of(client.put("/v1/refs/live", json=body, headers=bearer("admin")), status, name)
    problem_of(
        client.put("/v1/refs/none", json={"release": first}, headers=bearer("admin")), 404, "not-found"
    )


def test_feedback_is_kept_with_the_time_it_came(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    shutil.rmtree(gallery / ".pinakes/feedback", ignore_errors=True)  # of other tests
    event = {
        "action_name": "click",
        "query_id": "receipt",
        "event_attributes": {"object": {"object_id": "coin-0001"}, "position": {"ordinal": 3}},
    }
    assert client.post("/v1/feedback", json={"events": [event, {"action_name": "view"}]}).json() == {
        "kept": 2
    }
    written = (gallery / ".pinakes/feedback/events.jsonl").read_text().splitlines()
    line = json.loads(written[0])
    assert line["event_attributes"]["object"] == {"object_id": "coin-0001", "object_id_field": "id"}
    assert line["timestamp"] == line["received"]
    assert len(written) == 2
    for wrong in (
        {},
        {"events": []},
        {"events": [{}]},
        {"events": [{"action_name": "<b>"}]},
        {"events": [{**event, "x": 1}]},
    ):
        problem_of(client.post("/v1/feedback", json=wrong), 422, "invalid-request")
    shutil.rmtree(gallery / ".pinakes/feedback")


def test_counts_of_facets_are_kept_by_filter_and_forgotten_with_the_release(two_releases, client_of):
    engine, _, _, move = two_releases
    client = client_of(engine, base_url="http://localhost")
    asked = [client.get("/v1/facets", params={"where": "family = 'coin'"}).json() for _ in range(3)]
    assert asked[0] == asked[1] == asked[2]
    assert engine.cache_counts()["facets"] == {"hit": 2, "miss": 1}
    move()
    after = client.get("/v1/facets", params={"where": "family = 'coin'"}).json()
    assert after["release"] != asked[0]["release"]
    assert after["facets"] != asked[0]["facets"]
