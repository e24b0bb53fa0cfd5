import base64
import json

import pytest
from pydantic import TypeAdapter
from serving_checks import problem_of

from pinakes.serving.api.schemas import MAX_BATCH, Answer, Answers, Facets, ItemOut, Snapshots


def search(client, **query):
    response = client.post("/v1/search", json=query)
    assert response.status_code == 200, response.text
    return response.json()


def ids(answer):
    return [hit["id"] for hit in answer["hits"]]


@pytest.fixture(scope="module")
def coin(pristine):
    return (pristine / "images" / "coin-0001_obverse.jpg").read_bytes()


def test_an_answer_over_http_is_that_of_the_engine(client, served_engine):
    for query in ({"text": "blue dress"}, {"where": "price < 40", "top": 5}, {"like": "coin-0001", "top": 3}):
        ours, theirs = search(client, **query), served_engine.search(**query).to_dict()
        assert ids(ours) == [hit["id"] for hit in theirs["hits"]]
        assert ours["receipt"] == theirs["receipt"]
        assert [hit["score"] for hit in ours["hits"]] == [hit["score"] for hit in theirs["hits"]]


def test_answers_have_the_documented_form(client, coin):
    strict = TypeAdapter(Answer)
    for query in ({"text": "blue"}, {"like": "coin-0001"}, {"where": "family = 'Coin' and price < 1"}):
        assert strict.validate_python(search(client, **query), extra="forbid")
    item = client.get("/v1/items/coin-0001").json()
    assert TypeAdapter(ItemOut).validate_python(item, extra="forbid")
    assert TypeAdapter(Facets).validate_python(client.get("/v1/facets").json(), extra="forbid")
    assert TypeAdapter(Snapshots).validate_python(client.get("/v1/snapshots").json(), extra="forbid")


def test_nothing_behind_a_filter_is_explained(client, served_engine):
    where = "family = 'Coin' and price > 0"
    assert search(client, where=where)["why_nothing"] == {
        "passing": 0,
        "without": [{"where": "family = 'Coin'", "count": served_engine.count("price > 0")}],
        "unknown_values": [{"field": "family", "value": "Coin", "did_you_mean": "coin"}],
    }
    assert search(client, text="coin")["why_nothing"] is None


def test_what_was_compared_with_nothing_is_not_called_near_or_far(client):
    assert {hit["closeness"] for hit in search(client, where="family = 'coin'")["hits"]} == {None}
    assert None not in {hit["closeness"] for hit in search(client, text="coin", like="coin-0001")["hits"]}


def test_a_picture_is_found_however_it_comes(client, coin):
    encoded = base64.b64encode(coin).decode()
    answers = [
        search(client, image=encoded, top=3),
        search(client, image=f"data:image/jpeg;base64,{encoded}", top=3),
        search(client, image=[{"data": encoded}], top=3),
        client.post("/v1/search", files={"image": ("c.jpg", coin)}, data={"query": '{"top": 3}'}).json(),
    ]
    assert answers[0]["hits"][0]["id"] == "coin-0001"
    assert all(ids(answer) == ids(answers[0]) for answer in answers)


def test_two_pictures_and_words_count_together(client, coin):
    answer = client.post(
        "/v1/search",
        files=[("image", coin), ("image", coin)],
        data={"query": json.dumps({"text": "silver", "top": 2})},
    ).json()
    assert {step["signal"] for step in answer["plan"]} >= {"words", "picture"}


def test_pictures_come_by_role(client, pristine):
    sides = {
        role: (pristine / f"images/coin-0001_{role}.jpg").read_bytes() for role in ("obverse", "reverse")
    }
    encoded = {role: base64.b64encode(data).decode() for role, data in sides.items()}
    answers = [
        search(client, image=encoded, top=3),
        search(client, image=[{"data": data, "role": role} for role, data in encoded.items()], top=3),
        client.post(
            "/v1/search",
            files={f"image.{role}": data for role, data in sides.items()},
            data={"query": '{"top": 3}'},
        ).json(),
    ]
    assert answers[0]["hits"][0]["reasons"][0]["detail"].endswith(": obverse 1.00, reverse 1.00")
    assert answers[0]["plan"][0]["method"] == "roles over exact"
    assert all(answer["receipt"] == answers[0]["receipt"] for answer in answers)
    unknown = client.post("/v1/search", files={"image.edge": sides["obverse"]})
    assert (unknown.status_code, unknown.json()["kind"], unknown.json()["name"]) == (400, "role", "edge")


def test_thumbnails_are_named_by_their_address(client):
    for hit in search(client, text="blue")["hits"]:
        assert client.get(hit["thumb"]).headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    ("query", "status", "name"),
    [
        ({}, 400, "query"),
        ({"where": "pric < 3"}, 400, "unknown-name"),
        ({"where": "price <"}, 400, "filter"),
        ({"where": {"field": "price", "op": "~", "value": 1}}, 400, "filter"),
        ({"like": "nobody"}, 404, "not-found"),
        ({"text": "x", "rerank": "best"}, 400, "unknown-name"),
        ({"text": "x", "min_confidence": 0.5}, 400, "query"),
        ({"text": "x", "weights": {"wrds": 1}}, 400, "unknown-name"),
        ({"vector": [1, 2, 3]}, 400, "query"),
        ({"vector": {"picture": []}}, 400, "query"),
        ({"image": "not base64!"}, 400, "query"),
        ({"image": base64.b64encode(b"no picture").decode()}, 422, "picture-refused"),
        ({"text": "x", "cursor": "no cursor"}, 400, "query"),
        ({"txt": "x"}, 422, "invalid-request"),
        ({"text": "x", "top": 0}, 422, "invalid-request"),
        ({"text": "x", "top": 201}, 422, "invalid-request"),
        ({"text": "x" * 4001}, 422, "invalid-request"),
        ({"text": {"x": "y"}}, 422, "invalid-request"),
        ({"where": "a = 1 or " * 2_000}, 422, "invalid-request"),
        ({"vector": [0.1] * 4_097}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_searched_is_a_problem(client, query, status, name):
    problem_of(client.post("/v1/search", json=query), status, name)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"text": "\\ud800"}', b"[" * 100_000, b'{"vector": [NaN]}'],
)
def test_a_body_that_is_no_query_is_a_problem(client, body):
    document = problem_of(client.post("/v1/search", content=body), 422, "invalid-request")
    assert document["errors"]


def test_a_problem_names_the_place_in_the_body(client):
    document = problem_of(
        client.post("/v1/search", json={"image": [{"data": "x", "wt": 1}]}), 422, "invalid-request"
    )
    assert any(fault["at"].endswith("wt") for fault in document["errors"])


def test_a_filter_says_where_it_goes_wrong(client):
    document = problem_of(client.post("/v1/search", json={"where": "price < 3 and"}), 400, "filter")
    assert document["position"] == len("price < 3 and")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"files": {"picture": b"x"}}, "query"),
        ({"files": {"image": ("", b"")}}, "query"),
        ({"files": {"image": b"x"}, "data": {"more": "x"}}, "query"),
        ({"content": b"--", "headers": {"content-type": "multipart/form-data"}}, "unreadable-body"),
        (
            {"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            "unreadable-body",
        ),
        ({"files": [("image", b"x")] * 9}, "unreadable-body"),
    ],
)
def test_a_form_that_holds_something_else_is_refused(client, parts, name):
    problem_of(client.post("/v1/search", **parts), 400, name)


def test_pages_follow_each_other_without_gap_or_repeat(client):
    whole = search(client, text="a blue dress or a red coin", like="coin-0002", top=30, candidates=50)
    query = {"text": "a blue dress or a red coin", "like": "coin-0002", "top": 7, "candidates": 50}
    pages, cursor = [], None
    while True:
        answer = search(client, **query, **({"cursor": cursor} if cursor else {}))
        pages.append(answer["hits"])
        cursor = answer["next"]
        if cursor is None:
            break
    hits = [hit for page in pages for hit in page]
    assert len(pages) > 2
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit["id"] for hit in hits][:30] == ids(whole)


def every_page(client, **query):
    """Follow the cursors to the end."""
    pages = [search(client, **query)]
    while pages[-1]["next"]:
        pages.append(search(client, **query, cursor=pages[-1]["next"]))
    assert [page["more"] for page in pages] == [True] * (len(pages) - 1) + [False]
    return pages


def test_pages_end_with_the_candidates(client):
    pages = every_page(client, like="coin-0001", top=8, candidates=12, collapse=False)
    assert [len(page["hits"]) for page in pages] == [8, 4]


@pytest.mark.parametrize("query", [{"where": "price > 0"}, {"text": "a"}])
def test_cursors_run_over_all_that_a_field_puts_in_order(client, served_engine, query):
    pages = every_page(client, **query, sort="-price", top=3, candidates=3, weights={"picture": 0})
    hits = [hit for page in pages for hit in page["hits"]]
    found = served_engine.search(**query, top=1000, candidates=1000, weights={"picture": 0})
    prices = [hit["attributes"].get("price") for hit in hits]
    known = [price for price in prices if price is not None]
    assert known
    assert len(pages) > 1
    assert known == sorted(known, reverse=True)
    assert prices[len(known) :] == [None] * (len(prices) - len(known))
    assert sorted(hit["id"] for hit in hits) == sorted(found.ids)
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))


def test_a_page_may_be_asked_for_by_its_offset(client):
    whole = search(client, where="price > 0", sort="price", top=12)
    assert ids(search(client, where="price > 0", sort="price", top=5, offset=7)) == ids(whole)[7:]
    after = search(client, where="price > 0", sort="price", top=2, offset=7)
    following = search(client, where="price > 0", sort="price", top=2, offset=7, cursor=after["next"])
    assert ids(after) + ids(following) == ids(whole)[7:11]
    problem_of(client.post("/v1/search", json={"text": "x", "offset": -1}), 422, "invalid-request")


def test_a_cursor_goes_with_its_query_and_picture(client, coin):
    form = {"files": {"image": coin}, "data": {"query": '{"top": 2}'}}
    cursor = client.post("/v1/search", **form).json()["next"]
    query = json.dumps({"top": 2, "cursor": cursor})
    page = client.post("/v1/search", files={"image": coin}, data={"query": query}).json()
    assert [hit["rank"] for hit in page["hits"]] == [3, 4]
    other = client.post("/v1/search", files={"image": coin + b"."}, data={"query": query})
    assert "another query" in problem_of(other, 400, "query")["detail"]
    problem_of(client.post("/v1/search", json={"text": "red", "top": 2, "cursor": cursor}), 400, "query")


def test_a_batch_answers_as_one_by_one(client):
    queries = [{"text": "red"}, {"like": "coin-0002", "top": 2}]
    answers = client.post("/v1/search/batch", json={"queries": queries}).json()
    assert TypeAdapter(Answers).validate_python(answers, extra="forbid")
    assert [ids(answer) for answer in answers["answers"]] == [
        ids(search(client, **query)) for query in queries
    ]


def test_one_bad_query_refuses_a_batch(client):
    refused = client.post("/v1/search/batch", json={"queries": [{"text": "red"}, {}]})
    assert problem_of(refused, 400, "query")["at"] == "body/queries/1"
    many = {"queries": [{"text": "x"}] * (MAX_BATCH + 1)}
    problem_of(client.post("/v1/search/batch", json=many), 422, "invalid-request")


def test_similar_is_a_search_by_item_that_leaves_it_out(client):
    answer = client.get("/v1/similar/coin-0001", params={"top": 3, "where": "family = 'coin'"}).json()
    assert ids(answer) == ids(search(client, like="coin-0001", top=3, where="family = 'coin'"))
    assert "coin-0001" not in ids(answer)
    assert {hit["attributes"]["family"] for hit in answer["hits"]} == {"coin"}
    more = client.get(
        "/v1/similar/coin-0001", params={"top": 3, "where": "family = 'coin'", "cursor": answer["next"]}
    )
    assert [hit["rank"] for hit in more.json()["hits"]][:1] == [4]
    problem_of(client.get("/v1/similar/nobody"), 404, "not-found")
    for wrong in ({"top": "x"}, {"where": "x" * 10_001}, {"cursor": "x" * 401}):
        problem_of(client.get("/v1/similar/coin-0001", params=wrong), 422, "invalid-request")


def test_a_parameter_that_would_be_passed_over_is_refused(client):
    refused = problem_of(client.get("/v1/facets?fields=family"), 422, "invalid-request")
    assert refused["detail"] == "query/fields is not known here; did you mean field?"
    refused = problem_of(client.get("/v1/similar/coin-0001?limit=3"), 422, "invalid-request")
    assert refused["detail"] == "query/limit is not known here; known are where, top, cursor"


def test_an_address_that_leads_nowhere_says_what_there_is(client):
    refused = problem_of(client.get("/v1/serch", headers={"Accept": "text/html"}), 404, "not-found")
    assert refused["detail"] == "there is nothing at /v1/serch; /v1/openapi.json says what there is"


def test_a_text_may_be_long_and_texts_with_weights_may_not_be_many(client):
    long = "a blue dress with long sleeves and pockets, and a belt "
    assert ids(search(client, text=long * 20))[0] == ids(search(client, text=long))[0]
    assert search(client, text={f"blue {number}": 1.0 for number in range(32)})["hits"]
    many = {f"blue {number}": 1.0 for number in range(33)}
    problem_of(client.post("/v1/search", json={"text": many}), 422, "invalid-request")
    problem_of(client.post("/v1/search", json={"text": "a" * 4001}), 422, "invalid-request")
