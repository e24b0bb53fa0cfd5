"""Vectors that the owner brings: into a space, bound to an encoder or not, searched, and out again."""

import csv

import numpy as np
import polars as pl
import pytest
from PIL import Image
from typer.testing import CliRunner

import pinakes
from pinakes.cli.app import app, run
from pinakes.collection import Collection
from pinakes.encoders.families import open_family
from pinakes.errors import GateError, QueryError, SettingsError, SourceError, UsageError
from pinakes.media.preparers import load_preparer
from pinakes.settings import load_settings, save_settings
from pinakes.snapshots.reader import open_snapshot
from pinakes.testing.random_clip import Shape, write_random_clip

pytestmark = pytest.mark.slow

COUNT = 40


def paint(folder):
    """Write pictures of coloured noise, and return them as arrays."""
    random = np.random.default_rng(3)
    folder.mkdir(parents=True)
    pictures = random.integers(0, 256, (COUNT, 6, 6, 3), dtype=np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number:02}.png")
    return list(pictures)


def write_table(folder, pictures=True):
    columns = {"id": [f"i{n:02}" for n in range(COUNT)], "title": [f"thing {n}" for n in range(COUNT)]}
    if pictures:
        columns["image"] = [f"pictures/{n:02}.png" for n in range(COUNT)]
    with (folder / "items.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return folder / "items.csv"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Pictures, a model, and the model's vectors of the pictures, longer than 1 as exports often are."""
    folder = tmp_path_factory.mktemp("brought")
    pictures = paint(folder / "pictures")
    model = write_random_clip(folder / "model")
    encoder = open_family(f"clip:{model}").features
    prepare = load_preparer(encoder.preparer)
    vectors = encoder.encode_images([prepare(picture) for picture in pictures])
    np.save(folder / "made.npy", (7 * vectors).astype(np.float32))
    return folder, model, vectors


def bind(collection, encoder, space="clip"):
    settings = load_settings(collection)
    named = settings.spaces[space].model_copy(update={"encoder": encoder})
    save_settings(collection, settings.model_copy(update={"spaces": {space: named}}))
    return Collection(collection).sync()


def test_vectors_in_a_file_become_a_space(world, tmp_path):
    folder, _, vectors = world
    given = np.load(folder / "made.npy")
    given[3] = np.nan
    given[5] = 0
    np.save(tmp_path / "elsewhere.npy", given)
    table = write_table(tmp_path, pictures=False)
    collection = tmp_path / "items"
    code = run(["index", str(table), "--vectors", str(tmp_path / "elsewhere.npy"), "--space", "clip"])
    assert code == 0
    assert load_settings(collection).source.fields.vectors == {"clip": "elsewhere.npy"}
    assert Collection(collection).status().quarantine == {"bad_vector": 2}
    with pinakes.open(collection) as engine:
        ids, kept = engine.vectors("clip")
        assert len(ids) == COUNT - 2
        np.testing.assert_allclose(kept[0], vectors[0], atol=1e-3)
        assert engine.search(vector=vectors[7], top=1).hits[0].id == "i07"
        with pytest.raises(QueryError, match="no space of this collection takes pictures"):
            engine.search(image=world[0] / "pictures" / "07.png")
    np.save(tmp_path / "query.npy", vectors[7:8])
    for given in (str(tmp_path / "query.npy"), f"clip={tmp_path / 'query.npy'}"):
        found = CliRunner().invoke(app, ["search", str(collection), "--vector", given, "-n", "1"])
        assert "i07" in found.stdout


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.ones((3, 4)), "has 3 rows and items.csv has 40"),
        (np.ones(COUNT), "a matrix of numbers is expected"),
        (np.full((COUNT, 2), "a"), "a matrix of numbers is expected"),
        (np.ones((COUNT, 4097), dtype=np.float16), "1 to 4096 numbers"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_anything_is_written(tmp_path, array, said):
    table = write_table(tmp_path, pictures=False)
    np.save(tmp_path / "v.npy", array)
    with pytest.raises(SourceError, match=said):
        pinakes.index(table, vectors={"v": tmp_path / "v.npy"})
    assert not (tmp_path / "items").exists()


def test_names_and_sources_that_do_not_fit(world, tmp_path):
    table = write_table(tmp_path, pictures=False)
    np.save(tmp_path / "v.npy", np.ones((COUNT, 4)))
    with pytest.raises(SettingsError, match="is not a name"):
        pinakes.index(table, vectors={"my space": tmp_path / "v.npy"})
    with pytest.raises(SettingsError, match="row for row"):
        pinakes.index(world[0] / "pictures", tmp_path / "c", vectors={"v": tmp_path / "v.npy"})
    assert run(["index", str(table), "--space", "v"]) == 2


@pytest.fixture(scope="module")
def bound(world, tmp_path_factory):
    folder, model, _ = world
    home = tmp_path_factory.mktemp("bound")
    (home / "pictures").symlink_to(folder / "pictures")
    table = write_table(home)
    pinakes.index(table, vectors={"clip": folder / "made.npy"})
    return home / "items", bind(home / "items", f"clip:{model}")


def test_an_encoder_that_made_the_vectors_reads_queries(world, bound):
    folder, model, _ = world
    collection, report = bound
    found = report.freeze.measured["clip"]
    assert found["bound"] is True
    assert found["binding"]["n"] == 32
    assert found["binding"]["cosine"] > 0.99
    assert not [note for note in report.notes if "vectors only" in note]
    assert report.add.features.made == 0  # the pictures are not encoded, but for the 32
    with pinakes.open(collection) as engine:
        assert engine.search(image=folder / "pictures" / "11.png", top=1).hits[0].id == "i11"
        results = engine.search("zzyzx", top=5)
        assert [step.signal for step in results.plan] == ["words", "clip"]
    record = open_snapshot(Collection(collection).paths, "v0002").manifest
    assert record.encoders["clip"].fingerprint == open_family(f"clip:{model}").features.fingerprint


def test_an_encoder_that_did_not_make_them_is_not_believed(world, bound, tmp_path):
    folder, _, vectors = world
    (tmp_path / "pictures").symlink_to(folder / "pictures")
    pinakes.index(write_table(tmp_path), vectors={"clip": folder / "made.npy"})
    other = write_random_clip(tmp_path / "other", Shape(seed=8))
    report = bind(tmp_path / "items", f"clip:{other}")
    (note,) = [note for note in report.notes if "vectors only" in note]
    assert "did not make these vectors: median cosine" in note
    assert Collection(tmp_path / "items").status().notes == (note,)
    with pinakes.open(tmp_path / "items") as engine:
        assert engine.search(vector=vectors[7], top=1).hits[0].id == "i07"
        with pytest.raises(QueryError, match="no space of this collection takes pictures"):
            engine.search(image=folder / "pictures" / "11.png")


def test_an_encoder_of_another_length_is_not_believed(world, tmp_path):
    folder, _, _ = world
    (tmp_path / "pictures").symlink_to(folder / "pictures")
    pinakes.index(write_table(tmp_path), vectors={"clip": folder / "made.npy"})
    longer = write_random_clip(tmp_path / "longer", Shape(dim=48))
    report = bind(tmp_path / "items", f"clip:{longer}")
    assert "makes vectors of 48 numbers, these have 32" in report.notes[-1]


def test_a_delta_of_another_model_is_refused(world, bound):
    """Two fingerprints never mix in one space."""
    folder, _, vectors = world
    collection, _ = bound
    made = np.load(folder / "made.npy")
    made[:2] = np.roll(made[:2], 1, axis=1)
    np.save(collection.parent / "changed.npy", made)
    settings = load_settings(collection)
    fields = settings.source.fields.model_copy(update={"vectors": {"clip": "changed.npy"}})
    source = settings.source.model_copy(update={"fields": fields})
    save_settings(collection, settings.model_copy(update={"source": source}))
    with pytest.raises(GateError, match=r"binding\.clip: .* did not make these vectors"):
        Collection(collection).sync()
    with pinakes.open(collection) as engine:
        assert engine.search(vector=vectors[7], top=1).hits[0].id == "i07"


def test_export_and_back(world, tmp_path):
    folder, _, vectors = world
    table = write_table(tmp_path, pictures=False)
    pinakes.index(table, vectors={"clip": folder / "made.npy"})
    Collection(tmp_path / "items").delete(["i03"])
    Collection(tmp_path / "items").block(["i04"], "asked for")
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["export", str(tmp_path / "items"), str(out)])
    assert done.exit_code == 0, done.output
    exported, named = np.load(out / "clip.npy"), pl.read_parquet(out / "items.parquet")
    kept = [n for n in range(COUNT) if n not in (3, 4)]
    assert named["id"].to_list() == [f"i{n:02}" for n in kept]
    assert named["role"].null_count() == len(kept)
    assert exported.dtype == np.float16
    np.testing.assert_allclose(exported.astype(np.float32), vectors[kept], atol=1e-3)
    pinakes.index(out / "items.parquet", tmp_path / "again")
    with pinakes.open(tmp_path / "again") as engine:
        ids, back = engine.vectors("clip")
        assert ids == named["id"].to_list()
        np.testing.assert_array_equal(back.astype(np.float16), exported)
        with pytest.raises(UsageError, match="is there already"):
            engine.export("clip", out)


def test_of_several_spaces_one_is_named_for_an_export(tmp_path, capsys):
    table = pl.DataFrame({"id": ["a", "b"], "title": ["one", "two"]})
    table.write_csv(tmp_path / "words.csv")
    rows = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.5]]
    table.with_columns(near=pl.Series(rows), vector=pl.Series(rows)).write_parquet(tmp_path / "both.parquet")
    pinakes.index(tmp_path / "words.csv")
    pinakes.index(tmp_path / "both.parquet")
    assert run(["export", str(tmp_path / "words"), str(tmp_path / "out")]) == 2
    assert "no vectors to export: it is searched by words alone" in capsys.readouterr().err
    assert run(["export", str(tmp_path / "both"), str(tmp_path / "out")]) == 2
    assert "several spaces: name one with --space: near, vector" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_space_of_pictures_is_exported_with_roles(gallery, tmp_path):
    with pinakes.open(gallery) as engine:
        done = engine.export("picture", tmp_path / "out")
        ids, vectors = engine.vectors("picture")
    named = pl.read_parquet(done.table)
    assert named["id"].to_list() == ids
    assert named["role"].null_count() == 0
    np.testing.assert_array_equal(np.load(done.vectors).astype(np.float32), vectors)


@pytest.mark.parametrize("array", [np.ones((2, 4)), np.array(["a"]), np.ones((1, 1, 4))])
def test_a_query_vector_that_is_none(gallery, tmp_path, array, capsys):
    np.save(tmp_path / "q.npy", array)
    assert run(["search", str(gallery), "--vector", str(tmp_path / "q.npy")]) == 2
    assert "one vector is expected" in capsys.readouterr().err.replace("\n", " ")
