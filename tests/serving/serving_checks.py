"""What several tests of the service share."""

KEYS = {"search": "search-key-000000", "write": "write-key-0000000", "admin": "admin-key-0000000"}


def bearer(role):
    """Headers with the key of a role."""
    return {"Authorization": f"Bearer {KEYS[role]}"}


def problem_of(response, status, name):
    """Check that an answer is a problem document of a kind, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == f"urn:pinakes:problem:{name}"
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    return document
