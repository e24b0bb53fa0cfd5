import time

import pytest
from serving_checks import KEYS, bearer, problem_of

from pinakes.errors import UsageError
from pinakes.serving.access import SESSION_COOKIE
from pinakes.serving.app import create_app
from pinakes.serving.config import ServingConfig
from pinakes.serving.keys import Keyring
from pinakes.serving.roles import Role

VISITORS = [
    ("POST", "/v1/search", {"text": "blue"}),
    ("POST", "/v1/search/batch", {"queries": [{"text": "blue"}]}),
    ("GET", "/v1/items/coin-0001", None),
    ("GET", "/v1/similar/coin-0001", None),
    ("GET", "/v1/facets", None),
]
SEARCHERS = [("GET", "/v1/snapshots", None), ("GET", "/v1/receipts/0123456789abcdef", None)]
ADMINS = [("PUT", "/v1/refs/live", {"release": "no such release"}), ("GET", "/metrics", None)]


@pytest.fixture
def keyed(served_engine, client_of, keys):
    return client_of(served_engine, keys=keys)


def ask(client, request, **more):
    method, path, body = request
    return client.request(method, path, json=body, **more)


@pytest.mark.parametrize("request_", VISITORS + SEARCHERS + ADMINS, ids=lambda r: r[1])
def test_with_keys_nobody_else_comes_in(served_engine, client_of, keys, request_):
    client = client_of(served_engine, keys=keys)
    refused = ask(client, request_)
    problem_of(refused, 401, "key-needed")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    problem_of(
        ask(client, request_, headers={"Authorization": "Bearer wrong-key-00000000"}), 401, "key-needed"
    )
    problem_of(ask(client, request_, headers={"Authorization": "Basic abc"}), 401, "key-needed")
    assert ask(client, request_, headers=bearer("admin")).status_code in (200, 404)


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("search", VISITORS + SEARCHERS, ADMINS),
        ("write", VISITORS + SEARCHERS, ADMINS),
        ("admin", ADMINS, []),
    ],
)
def test_a_key_opens_what_its_role_may(keyed, role, allowed, refused):
    client = keyed
    for request in allowed:
        assert ask(client, request, headers=bearer(role)).status_code in (200, 404)
    for request in refused:
        problem_of(ask(client, request, headers=bearer(role)), 403, "not-allowed")


def test_strangers_may_search_and_nothing_else(served_engine, client_of, keys):
    client = client_of(served_engine, keys=keys, public_search=True, host="0.0.0.0")
    for request in VISITORS:
        assert ask(client, request).status_code == 200
    for request in SEARCHERS + ADMINS:
        problem_of(ask(client, request), 401, "key-needed")


def test_strangers_are_slowed_down_and_keys_are_not(served_engine, client_of, keys):
    client = client_of(served_engine, keys=keys, public_search=True, visitor_rate=2)
    for _ in range(2):
        assert client.get("/v1/items/coin-0001").status_code == 200
    refused = client.get("/v1/items/coin-0001")
    problem_of(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "30"
    assert client.get("/v1/items/coin-0001", headers=bearer("search")).status_code == 200
    assert client.get("/livez").status_code == 200


def test_operators_ask_for_health_without_a_key(served_engine, client_of, keys):
    client = client_of(served_engine, keys=keys)
    assert [client.get(path).status_code for path in ("/livez", "/healthz", "/readyz")] == [200] * 3


def test_what_is_open_to_this_machine_is_not_open_to_the_pages_of_others(client):
    """A page of another site, or one whose name was made to point here (DNS rebinding), gets nothing."""
    query = {"json": {"text": "blue"}}
    for host in (
        "evil.example",
        "",
        "[",
        "[::1",
        "a b",
        "evil#localhost",
        "localhost@evil",
        "localhost.evil",
    ):
        problem_of(client.post("/v1/search", headers={"Host": host}, **query), 403, "not-allowed")
    for origin in ("https://evil.example", "null", "", "http://[", "localhost", "http://localhost.evil"):
        problem_of(client.post("/v1/search", headers={"Origin": origin}, **query), 403, "not-allowed")
    fetched = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    problem_of(client.get("/v1/items/coin-0001", headers=fetched), 403, "not-allowed")
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}  # a link
    assert client.get("/v1/items/coin-0001", headers=followed).status_code == 200
    for host in ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"):
        own = {"Host": host, "Origin": f"http://{host}"}
        assert client.post("/v1/search", headers=own, **query).status_code == 200


def test_a_session_of_the_pages_is_a_role(served_engine, client_of, keys):
    client = client_of(served_engine, keys=keys)
    token = Keyring(keys).sign_session(Role.SEARCH, time.time())
    cookie = {"Cookie": f"{SESSION_COOKIE}={token}"}
    assert client.get("/v1/snapshots", headers=cookie).status_code == 200
    problem_of(client.get("/metrics", headers=cookie), 403, "not-allowed")
    problem_of(
        client.get("/v1/snapshots", headers={"Cookie": f"{SESSION_COOKIE}={token}x"}), 401, "key-needed"
    )
    elsewhere = {**cookie, "Origin": "https://evil.example"}
    problem_of(client.post("/v1/search", json={"text": "x"}, headers=elsewhere), 401, "key-needed")


def test_an_application_that_strangers_could_reach_is_not_made(pristine):
    with pytest.raises(UsageError, match="PINAKES_API_KEYS"):
        create_app(pristine, ServingConfig(host="0.0.0.0"))


def test_keys_are_never_logged(served_engine, client_of, keys, caplog):
    client = client_of(served_engine, keys=keys)
    with caplog.at_level("DEBUG"):
        client.get("/v1/snapshots", headers=bearer("search"))
        client.get("/v1/snapshots", headers={"Authorization": "Bearer a-wrong-key-0000000"})
    written = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("pinakes"))
    assert "/v1/snapshots" in written
    assert not any(key in written for key in (*KEYS.values(), "a-wrong-key-0000000"))
