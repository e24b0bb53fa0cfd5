"""What is wrong with a request is said in its own words, without the names of our types."""

import json

import pytest
from fastapi.exceptions import RequestValidationError

from pinakes.serving.api.bodies import validated
from pinakes.serving.api.schemas import Batch, SearchQuery
from pinakes.serving.api.write_schemas import ItemsIn
from pinakes.serving.faults import faults

PICTURE = "known are data, role, weight"


def told(model, body):
    text = body if isinstance(body, bytes) else json.dumps(body)
    with pytest.raises(RequestValidationError) as refused:
        validated(model, text)
    return [(fault["at"], fault["message"]) for fault in faults(refused.value.errors(), refused.value.body)]


@pytest.mark.parametrize(
    ("body", "at", "message"),
    [
        ({"top": "5x"}, "body/top", 'must be a whole number, got "5x"'),
        ({"top": 2.5}, "body/top", "must be a whole number, got 2.5"),
        ({"top": 0}, "body/top", "must be at least 1, got 0"),
        ({"top": 201}, "body/top", "must be at most 200, got 201"),
        ({"text": 5}, "body/text", "must be a text or an object, got 5"),
        ({"text": "x" * 5000}, "body/text", "must have at most 4000 characters, got 5000"),
        ({"text": {"red": "y"}}, "body/text/red", 'must be a number, got "y"'),
        ({"where": ["a"]}, "body/where", "must be a text or an object, got a list"),
        ({"as_of": "31.12.2024"}, "body/as_of", 'must be a date such as 2024-12-31, got "31.12.2024"'),
        ({"collapse": "x"}, "body/collapse", 'must be true or false or "identical" or "near", got "x"'),
        ({"score": "y" * 60}, "body/score", f'must be "best", "mean" or "roles", got "{"y" * 48}"...'),
        ({"txt": "x"}, "body/txt", "is not known here; did you mean text?"),
        ({"image": [{"data": "x", "of": 1}]}, "body/image/0/of", f"is not known here; {PICTURE}"),
        ({"image": {}}, "body/image", "must not be empty"),
        ({"vector": {"a": [1, None]}}, "body/vector/a/1", "must be a number, got null"),
        (b'{"vector": [1, NaN]}', "body/vector/1", "must be a finite number, got NaN"),
        (b"[]", "body", "must be an object, got a list"),
        (b"{", "body", "is not JSON: EOF while parsing an object at line 1 column 1"),
    ],
)  # fmt: skip
def test_a_fault_of_a_query_is_told_once_where_it_is(body, at, message):
    assert told(SearchQuery, body) == [(at, message)]


def test_faults_of_items_are_told_with_their_place():
    item = {
        "titel": "x",
        "attributes": {"a": {}},
        "pictures": [{"data": "x", "url": "y"}],
        "rights": {"expires": "soon"},
    }
    assert sorted(told(ItemsIn, {"items": [{"id": "ok"}, item]})) == [
        (
            "body/items/1/attributes/a",
            "must be a text, a whole number, a number, true or false or a list, got an object",
        ),
        ("body/items/1/id", "is missing"),
        ("body/items/1/pictures/0", "give either data or url"),
        ("body/items/1/rights/expires", 'must be a date such as 2024-12-31, got "soon"'),
        ("body/items/1/titel", "is not known here; did you mean title?"),
    ]
    assert told(ItemsIn, {"items": [{"id": ""}]}) == [("body/items/0/id", "must not be empty")]


def test_a_body_that_nests_without_end_is_told_about_too():
    ((at, message),) = told(Batch, b"[" * 100_000)
    assert (at, message[:12]) == ("body", "is not JSON:")


def test_at_most_twenty_faults_are_told():
    assert len(told(SearchQuery, {f"k{number}": 1 for number in range(50)})) == 20


def test_a_parameter_that_is_one_of_a_few_is_told_them(client):
    refused = client.get(f"/v1/media/{'0' * 64}?size=huge")
    assert refused.json()["detail"] == 'query/size must be "thumb" or "picture", got "huge"'


def test_a_problem_over_http_has_path_and_message(client):
    answer = client.post("/v1/search", json={"text": "x", "sort": 3}).json()
    assert answer["detail"] == "body/sort must be a text, got 3"
    assert answer["errors"] == [{"at": "body/sort", "message": "must be a text, got 3"}]
    query = client.get("/v1/similar/coin-0001", params={"top": "x"}).json()
    assert query["detail"] == 'query/top must be a whole number, got "x"'
    event = client.post("/v1/feedback", json={"events": [{"action_name": "a b"}]}).json()
    assert event["detail"].startswith("body/events/0/action_name must match ^[A-Za-z0-9_.-]")
    plain = client.post("/v1/feedback", content=b"{}").json()
    assert plain["detail"] == "body must be an object, got a body without Content-Type: application/json"
    headers = {"Content-Type": "application/json"}
    broken = client.post("/v1/feedback", content=b"{", headers=headers).json()
    assert broken["detail"].startswith("body is not JSON: ")
