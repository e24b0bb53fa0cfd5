"""A collection with a text model, end to end: a vector for each item with words, searched by words."""

import csv
import random

import numpy as np
import pytest

import pinakes
from pinakes.collection import Collection
from pinakes.encoders.families import open_family
from pinakes.settings import SpaceSettings, load_settings, save_settings
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.reader import open_snapshot
from pinakes.testing.random_clip import WORDS
from pinakes.testing.random_text import TextShape, write_random_text

E5 = {"query": "query: ", "document": "passage: "}


def write_table(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "description"])
        writer.writerows(rows)


def rows(count, seed=0):
    draw = random.Random(seed)
    made = [
        (f"i{n:03}", " ".join(draw.sample(WORDS, 3)), " ".join(draw.sample(WORDS, 6))) for n in range(count)
    ]
    return [*made, ("wordless", "", "")]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    model = write_random_text(folder / "model", TextShape(prompts=E5))
    write_table(folder / "items.csv", [*rows(60), ("i999", "something", "")])
    report = pinakes.index(folder / "items.csv", encoder=f"text:{model}")
    return folder, report


def test_the_space_has_a_vector_for_each_item_with_words(indexed):
    folder, report = indexed
    assert load_settings(folder / "items").spaces["text"].encoder == f"text:{folder / 'model'}"
    assert report.freeze.items == 61  # the wordless one has nothing left
    snapshot = open_snapshot(CollectionPaths(folder / "items"), "v0001")
    record = snapshot.manifest.encoders["text"]
    assert (record.unit, record.dim, snapshot.vectors("text").shape) == ("item", 64, (61, 64))
    encoder = open_family(f"text:{folder / 'model'}").texts
    first = snapshot.items.row(0, named=True)
    wanted = encoder.encode_texts([f"{first['title']}\n{first['text']}"], "item")[0]
    np.testing.assert_allclose(snapshot.vectors("text")[0], wanted, atol=1e-3)


def test_the_weight_of_words_is_measured(indexed):
    measured = indexed[1].freeze.measured["text"]
    assert 0.0 <= measured["text_weight"] <= 1.0
    assert measured["text_weight_n"] == 60  # items with three words or more
    assert measured["text_weight_reason"]
    table = measured["text_reciprocal_rank"]
    assert table[str(measured["text_weight"])] >= table["0.0"] - 0.02


def test_words_find_what_the_model_says(indexed):
    folder, _ = indexed
    encoder = open_family(f"text:{folder / 'model'}").texts
    query = encoder.encode_texts(["zzyzx"])[0]  # BM25 knows no such word, the model one unknown token
    with pinakes.open(folder / "items") as engine:
        ids, vectors = engine.vectors("text")
        wanted = [ids[row] for row in np.argsort(-(vectors @ query), kind="stable")[:3]]
        results = engine.search("zzyzx", top=3)
        assert [hit.id for hit in results.hits] == wanted
        assert [step.signal for step in results.plan] == ["words", "text"]
        like = engine.search(like="i001", top=1).hits[0]
        assert like.reasons[0].signal == "text"


def test_a_delta_uses_the_same_model_and_a_rerun_encodes_nothing(indexed, monkeypatch):
    folder, _ = indexed
    paths = CollectionPaths(folder / "items")
    write_table(folder / "items.csv", [*rows(60), ("i999", "a dress with a coin", "")])
    report = Collection(folder / "items").sync()
    assert report.freeze.kind == "delta"
    base, delta = open_snapshot(paths, "v0001"), open_snapshot(paths, report.freeze.snapshot)
    assert delta.manifest.encoders["text"].fingerprint == base.manifest.encoders["text"].fingerprint
    assert delta.vectors("text").shape == (1, 64)

    def nothing(*_):
        raise AssertionError("encoded again")

    monkeypatch.setattr("pinakes.encoders.text.encoder.SentenceEncoder.save", lambda *_: None)
    monkeypatch.setattr("pinakes.ingest.spaces.texts._make", lambda _m, _e, texts: texts and nothing())
    Collection(folder / "items").compact()


def test_pictures_and_words_in_one_collection(gallery, tmp_path):
    model = write_random_text(tmp_path / "model")
    settings = load_settings(gallery)
    spaces = {**settings.spaces, "text": SpaceSettings(encoder=f"text:{model}")}
    save_settings(gallery, settings.model_copy(update={"spaces": spaces}))
    report = Collection(gallery).sync()
    assert set(report.freeze.measured) == {"picture", "text"}
    with pinakes.open(gallery) as engine:
        results = engine.search("red dress", weights={"text": 1.0, "picture": 1.0})
        assert {step.signal for step in results.plan} >= {"words", "text"}
