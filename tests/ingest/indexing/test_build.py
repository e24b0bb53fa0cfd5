import json
from shutil import rmtree

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import pinakes
from pinakes.cli.app import app
from pinakes.collection import Collection
from pinakes.errors import QueryError, UnknownNameError, UsageError
from pinakes.indexes.stored import read_record
from pinakes.kernels.similarity import unit_rows
from pinakes.settings import load_settings, save_settings


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    """A collection of 3,000 items that bring their vectors."""
    folder = tmp_path_factory.mktemp("brought") / "collection"
    rng = np.random.default_rng(0)
    vectors = unit_rows(
        rng.standard_normal((40, 24))[rng.integers(0, 40, 3000)] + rng.standard_normal((3000, 24))
    )
    frame = pl.DataFrame(
        {
            "id": [f"i{n:04d}" for n in range(3000)],
            "title": [f"item {n}" for n in range(3000)],
            "price": [float(n % 100) for n in range(3000)],
            "vector": pl.Series(vectors.tolist(), dtype=pl.Array(pl.Float32, 24)),
        }
    )
    pinakes.index(frame, folder, id="id", waive=("synthetic.vector",))
    return folder


@pytest.fixture
def query():
    return unit_rows(np.random.default_rng(9).standard_normal((1, 24)))[0]


def test_tuned_answers_are_those_of_before_and_the_plan_says_how(brought, query):
    with pinakes.open(brought) as engine:
        before = engine.search(vector=query, top=20)
        filtered = engine.search(vector=query, where="price < 3", top=20)
    records = Collection(brought).tune(families=("int8",))
    assert set(records) == {"vector"}
    with pinakes.open(brought) as engine:
        after = engine.search(vector=query, top=20)
        assert [hit.score for hit in after] == [hit.score for hit in before]
        assert after.ids == before.ids
        assert engine.search(vector=query, where="price < 3", top=20).ids == filtered.ids
        assert after.plan[0].method == records["vector"].exhaustive.family
        assert after.plan[0].recall == 1.0


def test_an_open_engine_takes_over_what_was_tuned_meanwhile(brought, query):
    rmtree(Collection(brought).paths.indexes, ignore_errors=True)
    with pinakes.open(brought) as engine:
        before, untuned = engine.search(vector=query, top=20), engine._current()
        assert before.plan[0].method == "exact"
        record = Collection(brought).tune(families=("pq:2",), gate=0.1)["vector"]
        engine.refresh()
        assert engine._current() is not untuned
        after = engine.search(vector=query, top=20)
        assert after.release == before.release
        chosen = record.approximate or record.exhaustive
        assert after.plan[0].method == chosen.family
        opened = engine._current()
        rmtree(Collection(brought).paths.indexes)
        engine.refresh()
        assert engine._current() is opened
        assert engine.search(vector=query, top=20).ids == after.ids


def test_the_command_prints_the_table_and_json(brought):
    done = CliRunner().invoke(app, ["tune", str(brought), "--index", "int8", "--json"])
    assert done.exit_code == 0, done.output
    assert [rung["family"] for rung in json.loads(done.stdout)["vector"]["table"]] == ["exact", "int8"]
    shown = CliRunner().invoke(app, ["tune", str(brought), "--index", "int8"])
    assert "recall@10" in shown.stdout and "for answers that must be exact" in shown.stdout


def test_real_queries_and_wrong_ones(brought, tmp_path):
    real = unit_rows(np.random.default_rng(1).standard_normal((5, 24)))
    record = Collection(brought).tune(families=(), queries=real)["vector"]
    assert record.queries == "given by the user"
    with pytest.raises(UsageError, match="8 dimensions, the space 'vector' has 24"):
        Collection(brought).tune(families=(), queries=real[:, :8])
    with pytest.raises(UnknownNameError, match="space"):
        Collection(brought).tune(space="pictures")


def test_a_damaged_index_is_said_and_the_exact_plan_serves(brought, query):
    Collection(brought).tune(families=("int8",))
    folder = Collection(brought).paths.index("v0001", "vector")
    (folder / "manifest.json").write_text("{}")
    with pinakes.open(brought) as engine:
        assert "pinakes tune" in engine.notes[0]
        assert engine.search(vector=query).plan[0].method == "exact"


def test_a_family_in_the_settings_is_built_after_the_freeze(brought):
    settings = load_settings(brought)
    search = settings.search.model_copy(update={"index": "int8"})
    save_settings(brought, settings.model_copy(update={"search": search}))
    frozen = Collection(brought).compact(waive=("synthetic.vector",))
    record = read_record(Collection(brought).paths.index(frozen.snapshot, "vector"))
    assert [rung.family for rung in record.table] == ["exact", "int8"]
    Collection(brought).prune(keep=1)
    assert [path.name for path in Collection(brought).paths.indexes.iterdir()] == [frozen.snapshot]


def test_many_queries_have_the_answers_of_each_alone(brought):
    rng = np.random.default_rng(3)
    asked = [
        {"vector": unit_rows(rng.standard_normal((1, 24)))[0], "where": where, "top": top}
        for where in (None, "price < 30", "price < 1")
        for top in (5, 300)
        for _ in range(14)
    ]
    asked += [
        {"text": "item 7", "where": None},
        {"like": "i0003"},
        {"text": '"item 8"', "vector": asked[0]["vector"]},
    ]
    with pinakes.open(brought) as engine:
        together = engine.search_many(asked)
        for query, results in zip(asked, together, strict=True):
            alone = engine.search(**query)
            assert results.receipt == alone.receipt
            assert [hit.score for hit in results] == [hit.score for hit in alone]
        with pytest.raises(QueryError, match="search takes no 'wehre'; it takes as_of"):
            engine.search_many([{"wehre": "price < 1"}])
        assert engine.audit_counts() == {"answers": 0, "wanted": 0, "found": 0}
