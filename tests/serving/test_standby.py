import hashlib
import json
import time

import pytest
from serving_checks import problem_of

from pinakes.collection import Collection
from pinakes.errors import IntegrityError, UsageError
from pinakes.kernels.hashing import digest
from pinakes.serving import standby
from pinakes.serving.standby import open_sound


@pytest.fixture
def damaged(gallery):
    """A collection with two releases, the newer of which is damaged; the id of the older."""
    collection = Collection(gallery)
    first = collection.status().release
    collection.delete(["coin-0001"])
    spoil(gallery, "v0001+d0001")
    return gallery, first


def spoil(folder, snapshot):
    tombstones = folder / ".pinakes/snapshots" / snapshot / "items.parquet"
    content = bytearray(tombstones.read_bytes())
    content[len(content) // 2] ^= 1
    tombstones.parent.chmod(0o755)
    tombstones.chmod(0o644)
    tombstones.write_bytes(content)


def test_a_sound_release_is_followed(gallery):
    with open_sound(gallery) as engine:
        assert engine.pinned is None


def test_the_newest_sound_ancestor_stands_in_and_readiness_says_so(damaged, client_of):
    folder, first = damaged
    client = client_of(folder, base_url="http://localhost")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["release"]) == (200, "degraded", first)
    assert client.post("/v1/search", json={"text": "coin"}).json()["release"] == first
    assert client.get("/v1/items/coin-0001").status_code == 200


def test_what_is_blocked_stays_blocked_while_another_stands_in(damaged, client_of):
    folder, _ = damaged
    Collection(folder).block(["coin-0002"], "asked for")
    client = client_of(folder, base_url="http://localhost")
    problem_of(client.get("/v1/items/coin-0002"), 410, "gone")


def test_something_sound_is_followed_again(damaged, client_of, monkeypatch):
    folder, first = damaged
    monkeypatch.setattr(standby, "LOOK_EVERY", 0.05)
    client = client_of(folder, base_url="http://localhost")
    assert client.get("/readyz").json()["status"] == "degraded"
    Collection(folder).rollback(first)
    deadline = time.monotonic() + 10
    while client.get("/readyz").json()["status"] == "degraded" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get("/readyz").json() == {"status": "ready", "release": first, "items": 60, "detail": None}


def test_where_nothing_is_sound_nothing_is_served(damaged):
    folder, _ = damaged
    spoil(folder, "v0001")
    with pytest.raises(IntegrityError, match="no sound one led to it"):
        open_sound(folder)


def test_nothing_published_is_said_plainly(tmp_path):
    (tmp_path / "pinakes.toml").write_text("format = 1\n")
    with pytest.raises(UsageError, match="nothing is published"):
        open_sound(tmp_path)


@pytest.fixture
def unreadable(gallery):
    """A collection with two releases; the newer is whole, and of a format that this version cannot open."""
    collection = Collection(gallery)
    first = collection.status().release
    snapshot = gallery / ".pinakes/snapshots" / str(collection.compact().snapshot)
    described = next(snapshot.rglob("encoder.json"))
    content = json.dumps({**json.loads(described.read_text()), "format": 99})
    manifest = json.loads((snapshot / "manifest.json").read_text())
    manifest["files"][str(described.relative_to(snapshot))] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }
    del manifest["digest"]
    manifest["digest"] = digest(manifest)
    for path, text in ((described, content), (snapshot / "manifest.json", json.dumps(manifest))):
        path.parent.chmod(0o755)
        path.chmod(0o644)
        path.write_text(text)
    collection.rollback(first)
    collection.publish(snapshot.name)
    return gallery, first


def test_what_is_whole_and_cannot_be_opened_is_stood_in_for_too(unreadable, client_of, caplog):
    folder, first = unreadable
    client = client_of(folder, base_url="http://localhost")
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["release"]) == ("degraded", first)
    assert client.post("/v1/search", json={"text": "coin"}).json()["release"] == first
    assert "has format 99" in caplog.text


def test_what_cannot_be_opened_is_not_followed(unreadable, client_of):
    folder, first = unreadable
    collection = Collection(folder)
    second = collection.status().release
    collection.rollback(first)
    client = client_of(folder, base_url="http://localhost")
    assert client.get("/readyz").json()["status"] == "ready"
    collection.rollback(second)
    deadline = time.monotonic() + 10
    while client.get("/readyz").json()["status"] == "ready" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get("/readyz").json()["status"] == "degraded"
    assert client.post("/v1/search", json={"text": "coin"}).json()["release"] == first
