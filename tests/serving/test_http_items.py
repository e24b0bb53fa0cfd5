import hashlib
import io

import pytest
from PIL import Image
from serving_checks import problem_of

import pinakes
from pinakes.collection import Collection


def test_an_item_has_its_views_and_rights(client, pristine):
    item = client.get("/v1/items/coin-0001").json()
    assert item["id"] == "coin-0001"
    assert [view["role"] for view in item["views"]] == ["obverse", "reverse"]
    file = (pristine / item["views"][0]["uri"]).read_bytes()
    assert item["views"][0]["media"] == hashlib.sha256(file).hexdigest()
    assert item["rights"]["license"]
    assert item["release"] == client.get("/readyz").json()["release"]


@pytest.mark.parametrize(
    "path",
    ["/v1/items/nobody", "/v1/items/a/b%2Fc", "/v1/items/", "/v1/items/%00", "/v1/items/..%2f..%2fetc"],
)
def test_an_item_that_is_not_there_is_not_found(client, path):
    document = problem_of(client.get(path), 404, "not-found")
    assert "coin-0001" not in document["detail"]


def test_ids_may_hold_slashes(tmp_path, client_of):
    folder = tmp_path / "photos"
    for number, name in enumerate(["a/one.png", "a/b/two.png"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 40), (number * 90, 10, 200)).save(folder / name)
    pinakes.index(folder, waive=("self_retrieval.picture", "self_retrieval"))
    client = client_of(folder, base_url="http://localhost")
    assert client.get("/v1/items/a/b/two").json()["id"] == "a/b/two"
    assert client.get("/v1/items/a%2Fone").json()["id"] == "a/one"
    assert [hit["id"] for hit in client.get("/v1/similar/a/b/two").json()["hits"]] == ["a/one"]


@pytest.mark.parametrize(("size", "longest"), [("thumb", 320), ("picture", 1024)])
def test_pictures_are_small_webp_without_metadata(client, size, longest):
    address = client.get("/v1/items/coin-0001").json()["views"][0][size]
    answer = client.get(address)
    picture = Image.open(io.BytesIO(answer.content))
    assert (answer.headers["content-type"], picture.format) == ("image/webp", "WEBP")
    assert max(picture.size) <= longest
    assert not {"exif", "xmp", "icc_profile"} & set(picture.info)
    assert "immutable" in answer.headers["cache-control"]


def test_a_picture_that_the_client_has_is_not_sent_again(client):
    address = client.get("/v1/items/coin-0001").json()["views"][0]["thumb"]
    tag = client.get(address).headers["etag"]
    again = client.get(address, headers={"If-None-Match": f'W/"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(f"{address}?size=picture", headers={"If-None-Match": tag}).status_code == 200


def test_only_pictures_of_items_are_found(client):
    problem_of(client.get("/v1/media/" + "0" * 64), 404, "not-found")
    for wrong in ("x", "0" * 63, "A" * 64, "..%2f" + "0" * 59):
        assert client.get(f"/v1/media/{wrong}").status_code in (404, 422)


def test_what_is_blocked_disappears_everywhere_within_a_second(gallery, client_of):
    with pinakes.open(gallery) as engine:
        client = client_of(engine, base_url="http://localhost")
        item = client.get("/v1/items/coin-0001").json()
        thumb = item["views"][0]["thumb"]
        tag = client.get(thumb).headers["etag"]
        Collection(gallery).block(["coin-0001"], "asked for by its owner")
        engine.refresh()
        problem_of(client.get("/v1/items/coin-0001"), 410, "gone")
        problem_of(client.get("/v1/similar/coin-0001"), 410, "gone")
        problem_of(client.get(thumb), 410, "gone")
        problem_of(client.get(thumb, headers={"If-None-Match": tag}), 410, "gone")
        answer = client.post("/v1/search", json={"text": "coin-0001"}).json()
        assert "coin-0001" not in [hit["id"] for hit in answer["hits"]]


def test_a_picture_whose_file_is_gone_is_gone(gallery, client_of):
    client = client_of(gallery, base_url="http://localhost")
    view = client.get("/v1/items/coin-0002").json()["views"][0]
    (gallery / view["uri"]).unlink()
    document = problem_of(client.get(view["picture"]), 410, "gone")
    assert str(gallery) not in document["detail"]


def test_facets_count_under_a_filter(client, served_engine):
    found = client.get("/v1/facets", params={"where": "family = 'coin'", "field": ["family", "price"]}).json()
    family, price = found["facets"]
    coins = len(served_engine.search(where="family = 'coin'", top=200, collapse=False))
    assert {"value": "coin", "count": coins} in family["values"]
    assert len(family["values"]) == 5  # each is counted without the part of the filter on itself
    assert (price["field"], price["values"]) == ("price", [])
    tree = '{"field": "family", "op": "=", "value": "coin"}'
    assert client.get("/v1/facets", params={"where": tree, "field": "family"}).json()["facets"] == [family]
    query = {"where": "family = 'coin'", "facets": ["family", "price"]}
    assert client.post("/v1/search", json=query).json()["facets"] == found["facets"]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"field": "familiy"}, "unknown-name"),
        ({"where": "family ="}, "filter"),
        ({"where": "{"}, "filter"),
        ({"where": '{"not":' * 1200}, "filter"),
    ],
)
def test_facets_of_something_else_are_a_problem(client, params, name):
    problem_of(client.get("/v1/facets", params=params), 400, name)
