import json

import pytest
from pydantic import TypeAdapter
from serving_checks import bearer, problem_of

import pinakes
from pinakes.collection import Collection
from pinakes.serving.api.receipt_schemas import KeptOut


@pytest.fixture
def open_client(gallery, client_of):
    return client_of(gallery, base_url="http://localhost")


def kept_in(folder):
    return sorted(path.stem for path in (folder / ".pinakes/receipts").glob("*"))


def search(client, **query):
    response = client.post("/v1/search", json=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_an_answer_is_kept_on_request_and_no_other(open_client, gallery):
    query = {"text": "blue dress", "where": "price < 90", "top": 4}
    plain = search(open_client, **query)
    assert kept_in(gallery) == []
    problem_of(open_client.get(f"/v1/receipts/{plain['receipt']}"), 404, "not-found")
    answer = search(open_client, **query, keep=True)
    assert kept_in(gallery) == [answer["receipt"]] == [plain["receipt"]]
    assert answer.keys() == plain.keys()
    response = open_client.get(f"/v1/receipts/{answer['receipt']}")
    kept = response.json()
    assert TypeAdapter(KeptOut).validate_json(response.content, extra="forbid")
    assert (kept["release"], kept["replay"]) == (answer["release"], None)
    assert kept["hits"] == [{name: hit[name] for name in ("rank", "id", "score")} for hit in answer["hits"]]
    assert (kept["query"]["text"], kept["query"]["where"]) == ("blue dress", "price < 90")


def test_a_kept_answer_is_asked_for_again(open_client):
    answer = search(open_client, like="coin-0001", keep=True)
    again = open_client.get(f"/v1/receipts/{answer['receipt']}", params={"replay": "true"})
    replay = again.json()["replay"]
    assert TypeAdapter(KeptOut).validate_json(again.content, extra="forbid")
    assert replay["same"] is True
    assert (replay["missing"], replay["added"]) == ([], [])
    assert replay["hits"] == again.json()["hits"]


def test_nothing_of_a_picture_is_kept(open_client, gallery):
    data = (gallery / "images/coin-0001_obverse.jpg").read_bytes()
    sent = {"query": json.dumps({"text": "but blue", "keep": True})}
    answer = open_client.post("/v1/search", files={"image": data}, data=sent).json()
    file = gallery / ".pinakes/receipts" / f"{answer['receipt']}.json"
    assert set(json.loads(file.read_text())["query"]["vectors"]) == {"picture"}
    assert kept_in(gallery) == [answer["receipt"]]
    assert open_client.get(f"/v1/receipts/{answer['receipt']}?replay=true").json()["replay"]["same"]


def test_several_searches_keep_those_that_ask_for_it(open_client, gallery):
    queries = [{"text": "coin", "keep": True}, {"text": "mug"}, {"text": "flower", "keep": True}]
    answers = open_client.post("/v1/search/batch", json={"queries": queries}).json()["answers"]
    assert kept_in(gallery) == sorted(answers[place]["receipt"] for place in (0, 2))


def test_a_page_that_is_kept_is_followed_by_one_that_is_not(open_client):
    first = search(open_client, where="family = 'coin'", top=3, keep=True)
    second = search(open_client, where="family = 'coin'", top=3, cursor=first["next"])
    kept = search(open_client, where="family = 'coin'", top=3, cursor=first["next"], keep=True)
    assert second["hits"] == kept["hits"]
    receipt = open_client.get(f"/v1/receipts/{kept['receipt']}?replay=true").json()
    assert (receipt["query"]["offset"], receipt["hits"][0]["rank"], receipt["replay"]["same"]) == (3, 4, True)


def test_an_earlier_release_is_asked_and_a_pruned_one_is_gone(gallery, client_of):
    with pinakes.open(gallery) as engine:
        client = client_of(engine, base_url="http://localhost", cursor_seconds=0.0)
        answer = search(client, where="family = 'coin'", top=3, keep=True)
        Collection(gallery).delete([answer["hits"][0]["id"]])
        engine.refresh()
        assert engine.release.id != answer["release"]
        path = f"/v1/receipts/{answer['receipt']}"
        assert client.get(path, params={"replay": True}).json()["replay"]["same"] is True
        snapshot = gallery / ".pinakes/snapshots/v0001"
        snapshot.rename(snapshot.with_name(".tmp-away"))
        search(client, text="coin")
        client.app.state.context.releases.close()
        gone = problem_of(client.get(path, params={"replay": True}), 410, "gone")
        assert f"release {answer['release']} was pruned" in gone["detail"]
        assert client.get(path).json()["release"] == answer["release"]


@pytest.mark.parametrize("receipt", ["0" * 16, "nobody", "%20", "0" * 400])
def test_what_was_not_kept_is_not_found(open_client, receipt):
    for query in ("", "?replay=true"):
        problem_of(open_client.get(f"/v1/receipts/{receipt}{query}"), 404, "not-found")


def test_a_parameter_that_there_is_not_is_refused(open_client):
    problem_of(open_client.get(f"/v1/receipts/{'0' * 16}?again=true"), 422, "invalid-request")
    problem_of(open_client.get(f"/v1/receipts/{'0' * 16}?replay=perhaps"), 422, "invalid-request")


def test_a_file_that_somebody_changed_is_damaged(open_client, gallery):
    answer = search(open_client, text="coin", keep=True)
    file = gallery / ".pinakes/receipts" / f"{answer['receipt']}.json"
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "query": {"text": "coin"}}))
    problem_of(open_client.get(f"/v1/receipts/{answer['receipt']}?replay=true"), 503, "damaged")


def test_a_read_only_service_keeps_nothing(gallery, client_of, keys):
    client = client_of(gallery, keys=keys, read_only=True)
    for path, body in (
        ("/v1/search", {"text": "coin", "keep": True}),
        ("/v1/search/batch", {"queries": [{"text": "coin"}, {"text": "coin", "keep": True}]}),
    ):
        refused = problem_of(client.post(path, json=body, headers=bearer("admin")), 403, "not-allowed")
        assert "read-only" in refused["detail"]
    assert not (gallery / ".pinakes/receipts").exists()


def test_strangers_keep_nothing_and_see_no_receipts(gallery, client_of, keys):
    client = client_of(gallery, keys=keys, public_search=True)
    query = {"text": "coin", "keep": True}
    refused = problem_of(client.post("/v1/search", json=query), 401, "key-needed")
    assert "keep" in refused["detail"]
    problem_of(client.post("/v1/search/batch", json={"queries": [query]}), 401, "key-needed")
    assert not (gallery / ".pinakes/receipts").exists()
    answer = client.post("/v1/search", json=query, headers=bearer("search")).json()
    path = f"/v1/receipts/{answer['receipt']}"
    problem_of(client.get(path), 401, "key-needed")
    assert client.get(path, headers=bearer("search")).status_code == 200


def test_no_more_are_kept_than_is_set(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost", receipts=2)
    made = [search(client, text=text, keep=True)["receipt"] for text in ("coin", "mug", "flower")]
    assert kept_in(gallery) == sorted(made[1:])
