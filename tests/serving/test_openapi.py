import resource
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)

FUZZED, WARM = 5_000, 500


def resident():
    """Bytes of memory that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def resolve(document, reference):
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


def references(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else ())
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_document_is_whole(client):
    document = client.get("/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/v1/search", "/v1/items/{id}", "/v1/media/{digest}", "/readyz"} <= set(document["paths"])
    for reference in references(document):
        assert resolve(document, reference)


def test_operations_have_names_that_a_generated_client_can_use(client):
    paths = client.get("/v1/openapi.json").json()["paths"]
    names = [operation["operationId"] for operations in paths.values() for operation in operations.values()]
    assert len(names) == len(set(names))
    assert {"search", "search_batch", "put_items", "livez", "healthz"} <= set(names)


def test_every_route_says_how_it_refuses(client):
    document = client.get("/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if not path.startswith("/v1"):
                continue
            for status in ("401", "403", "422", "429"):
                content = operation["responses"][status]["content"]
                assert list(content) == ["application/problem+json"], (path, status)


@pytest.mark.slow
def test_no_request_leads_to_an_error_or_an_undocumented_answer(gallery, client_of):
    app = client_of(gallery, base_url="http://localhost", raise_server_exceptions=False).app
    schema = openapi.from_asgi("/v1/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 13
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            call_with_many(operation, mode)


def call_with_many(operation, mode):
    """Call an operation with requests that fit its description, or that do not."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy(mode))
    def call(case):
        case.call_and_validate(base_url="http://localhost", checks=CHECKS)

    try:
        call()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # an operation without parameters cannot be called wrongly


@pytest.mark.slow
def test_fuzzed_uploads_leave_the_service_healthy(served_engine, client_of, real_data):
    """Bad pictures, whole and mutated: each is answered, and the service still answers as before."""
    client = client_of(served_engine, base_url="http://localhost", raise_server_exceptions=False)
    before = client.post("/v1/search", json={"text": "blue"}).json()["receipt"]
    random = Random(0)
    files = sorted(path for path in (real_data / "bad_images").rglob("*") if path.is_file())
    assert files
    small = [data for path in files if len(data := path.read_bytes()) < 2**20]
    statuses = Counter()
    for number in range(FUZZED):
        data = bytearray(small[number % len(small)])
        for _ in range(random.randrange(6) if number >= len(small) else 0):
            if data:
                data[random.randrange(len(data))] = random.randrange(256)
        if number == WARM:
            memory = resident()
        statuses[client.post("/v1/search", files={"image": bytes(data)}).status_code] += 1
    assert set(statuses) <= {200, 413, 422}
    assert statuses[200]
    assert statuses[422]
    assert client.post("/v1/search", json={"text": "blue"}).json()["receipt"] == before
    assert resident() < 1.2 * memory
