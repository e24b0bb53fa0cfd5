"""The page for programmers says what the OpenAPI document says."""

import json
import re
import shlex

import pytest


@pytest.fixture
def page(client):
    return client.get("/api", headers={"Accept": "text/html"}).text


@pytest.fixture
def document(client):
    return client.get("/v1/openapi.json").json()


def test_every_operation_is_there_with_its_role(page, document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f'id="op-{operation["operationId"]}"' in page
            assert operation["summary"].replace("'", "&#39;") in page
            if path.startswith("/v1"):
                assert "Needs the role `" in operation["description"], (method, path)
    assert "Needs the role <code>admin</code>." in page


def test_every_shape_is_there_and_every_link_leads_somewhere(page, document):
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert {f"shape-{name}" for name in document["components"]["schemas"]} <= ids
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_the_commands_work_as_they_stand(page, client):
    commands = [
        shlex.split(one.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<"))
        for one in re.findall(r"<pre><code>(curl .*?)</code></pre>", page, re.DOTALL)
    ]
    bodies = {
        words[1].removeprefix("http://localhost"): words[words.index("-d") + 1]
        for words in commands
        if "-d" in words and "-X" not in words
    }
    assert set(bodies) == {"/v1/search", "/v1/search/batch", "/v1/items", "/v1/feedback"}
    for path in ("/v1/search", "/v1/search/batch", "/v1/feedback"):
        answer = client.post(path, json=json.loads(bodies[path]))
        assert answer.status_code in (200, 202), answer.text
