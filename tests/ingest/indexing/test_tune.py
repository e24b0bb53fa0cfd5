import json
import time
from dataclasses import replace

import numpy as np
import pytest

from pinakes.errors import UnknownNameError
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.stored import Rung, open_indexes, read_record
from pinakes.ingest.indexing import measure as measuring
from pinakes.ingest.indexing.measure import ROUNDS, measure, pose, time_in_turns, wilson
from pinakes.ingest.indexing.queries import make_queries
from pinakes.ingest.indexing.tune import (
    Tried,
    Tuning,
    _quickest,
    _timed_again,
    ladder,
    short_tuning,
    tune_space,
)
from pinakes.kernels.similarity import unit_rows
from pinakes.retrieval.planner import GATHER_MS, Planner

SHA = "0" * 64


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((60, 32))
    rows = centres[rng.integers(0, 60, 8000)] + 0.7 * rng.standard_normal((8000, 32)) + 0.5
    return unit_rows(rows).astype(np.float16)


@pytest.fixture(scope="module")
def tuned(vectors, tmp_path_factory):
    folder = tmp_path_factory.mktemp("indexes") / "v0001" / "picture"
    record = tune_space(folder, vectors, SHA, Tuning(("int8", "pq:2"), each=10))
    return folder, record


@pytest.mark.parametrize(
    ("enough", "tried"), [("pq:4", ["exact", "pq:4"]), ("pq:2", ["exact", "pq:4", "pq:2"])]
)
def test_no_more_is_tried_after_the_first_that_will_do(tmp_path, vectors, monkeypatch, enough, tried):
    monkeypatch.setattr(Tried, "will_do", lambda one, gate, exact_ms: one.index.name == enough)
    steps = []
    tuning = Tuning(("pq:4", "pq:2"), each=3, first=True)
    record = tune_space(tmp_path / "space", vectors, SHA, tuning, lambda *step: steps.append(step))
    assert list(dict.fromkeys(rung.family for rung in record.table)) == tried
    assert steps[-1] == ("indexes", 3, 3)


def test_an_effort_that_finds_more_is_taken_where_it_takes_hardly_longer():
    def rung(effort, recall, ms):
        return Rung("pq:4", effort, recall, 0.9, 1.0, recall, 1.0, 0.99, ms, ms, 1.0, 10)

    rungs = rung(10, 0.996, 1.0), rung(20, 0.999, 1.2), rung(30, 0.999, 1.1), rung(40, 1.0, 1.3)
    tried = Tried(ExactIndex(np.eye(1, 4, dtype=np.float16)), rungs)
    assert tried.reaching(0.99).effort == 30
    assert tried.reaching(0.9999).effort == 40


def test_what_will_do_is_approximate_reaches_the_gate_and_has_an_effort_for_filters():
    class Approximate(ExactIndex):
        exhaustive = False

    rows = np.eye(1, 4, dtype=np.float16)
    rungs = (Rung("pq:4", 10, 0.997, 0.9, 1.0, 0.997, 1.0, 1.0, 2.0, 2.0, 1.0, 10),)
    tried = Tried(Approximate(rows), rungs)
    assert tried.will_do(0.99, exact_ms=3.0)
    assert not tried.will_do(0.999, exact_ms=3.0), "it does not reach the gate"
    assert not tried.will_do(0.99, exact_ms=1.0), "an exact answer is faster under filters"
    assert not Tried(ExactIndex(rows), rungs).will_do(0.99, exact_ms=3.0), "it is exact"


def test_the_table_says_what_was_measured(tuned, vectors):
    folder, record = tuned
    assert [rung.family for rung in record.table][:2] == ["exact", "int8"]
    assert all(rung.recall10 == rung.recall100 == rung.filtered == 1.0 for rung in record.table[:2])
    assert record.exhaustive.family in {"exact", "int8"}
    assert record.rows == 8000 and record.dim == 32 and record.vectors == SHA
    assert all(rung.low10 <= rung.recall10 <= rung.high10 + 1e-9 and rung.ms > 0 for rung in record.table)
    assert read_record(folder) == record


def test_filters_get_the_hardest_effort_that_pays():
    def rung(effort, filtered, ms):
        return Rung("pq:2", effort, 1.0, 0.9, 1.0, 1.0, filtered, 0.99, ms, ms, 1.0, 10)

    tried = Tried(
        ExactIndex(np.eye(1, 4, dtype=np.float16)),
        (rung(10, 0.9, 1.0), rung(20, 1.0, 2.0), rung(40, 1.0, 3.0)),
    )
    assert tried.under_masks(exact_ms=2.5, gate=0.99) == 20
    assert tried.under_masks(exact_ms=9.0, gate=0.99) == 40
    assert tried.under_masks(exact_ms=1.5, gate=0.99) is None
    slower = replace(tried, rungs=(*tried.rungs, rung(60, 1.0, 3.1)))
    assert slower.under_masks(exact_ms=9.0, gate=0.99) == 40  # half as long again as the first
    slower = replace(tried, rungs=(rung(10, 1.0, 4.0), rung(20, 1.0, 4.9), rung(40, 1.0, 5.1)))
    assert slower.under_masks(exact_ms=9.0, gate=0.99) == 20  # 5 ms are ample
    slow = replace(tried, rungs=(rung(10, 0.9, 3.0), rung(20, 1.0, 6.0), rung(40, 1.0, 8.0)))
    assert slow.under_masks(exact_ms=9.0, gate=0.99) == 20


def test_filters_lose_what_the_gate_allows_where_nothing_lossless_is_quick_and_exact_is_slow():
    def rung(effort, recall, ms):
        return Rung("ivf:2", effort, 1.0, 0.9, 1.0, 1.0, 0.8, recall, ms, ms, 1.0, 10)

    tried = Tried(
        ExactIndex(np.eye(1, 4, dtype=np.float16)),
        (rung(80, 0.98, 3.0), rung(160, 0.992, 5.0), rung(320, 0.997, 9.0)),
    )
    assert tried.under_masks(exact_ms=30.0, gate=0.99) == 160
    assert tried.under_masks(exact_ms=30.0, gate=0.999) is None
    assert tried.under_masks(exact_ms=9.5, gate=0.99) is None
    slower = replace(tried, rungs=(*tried.rungs, replace(rung(640, 1.0, 9.5), filtered=1.0)))
    assert slower.under_masks(exact_ms=30.0, gate=0.99) == 160
    assert slower.under_masks(exact_ms=9.8, gate=0.99) == 640
    quicker = replace(tried, rungs=(*tried.rungs, replace(rung(640, 1.0, 4.9), filtered=1.0)))
    assert quicker.under_masks(exact_ms=30.0, gate=0.99) == 640


def test_what_was_kept_is_opened_at_its_effort(tuned, vectors):
    folder, record = tuned
    opened = open_indexes(folder, vectors, SHA)
    assert opened.note is None
    assert opened.exhaustive.name == record.exhaustive.family
    if record.approximate is not None:
        assert opened.approximate.effort == record.approximate.effort
        assert opened.approximate.name == record.approximate.family


def test_an_index_of_other_vectors_is_not_used(tuned, vectors):
    opened = open_indexes(tuned[0], vectors, "1" * 64)
    assert isinstance(opened.exhaustive, ExactIndex) and opened.approximate is None
    assert "built from other vectors" in opened.note and "pinakes tune" in opened.note


@pytest.mark.parametrize("damage", ["missing", "cut", "manifest", "version"])
def test_a_damaged_index_is_not_used(vectors, tmp_path, damage):
    folder = tmp_path / "v0001" / "picture"
    tune_space(folder, vectors[:1500], SHA, Tuning(("int8",), each=3))
    record = read_record(folder)
    stored = json.loads((folder / "manifest.json").read_text())
    target = folder / next(iter(record.files), "manifest.json")
    if damage == "missing":
        (folder / "manifest.json").unlink()
    elif damage == "cut":
        stored["files"]["exhaustive/no.npy"] = 3
        (folder / "manifest.json").write_text(json.dumps(stored))
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    else:
        (folder / "manifest.json").write_text(json.dumps({**stored, "format": 99}))
    opened = open_indexes(folder, vectors[:1500], SHA)
    assert isinstance(opened.exhaustive, ExactIndex)
    assert "every search is exact" in opened.note
    assert target is not None


def test_no_index_is_no_trouble(vectors, tmp_path):
    opened = open_indexes(tmp_path / "none", vectors, SHA)
    assert opened.note is None and opened.record is None


def test_tuning_again_replaces_what_is_there_and_leaves_nothing_behind(vectors, tmp_path):
    folder = tmp_path / "v0001" / "picture"
    for _ in range(2):
        tune_space(folder, vectors[:1200], SHA, Tuning((), each=3))
    assert [path.name for path in folder.parent.iterdir()] == ["picture"]
    with pytest.raises(UnknownNameError, match="pqq"):
        tune_space(folder, vectors, SHA, Tuning(("pqq",)))


def test_queries_are_never_rows(vectors):
    made = make_queries(vectors, 20)
    for queries in made.kinds.values():
        assert queries.shape == (20, 32)
        np.testing.assert_allclose(np.linalg.norm(queries, axis=1), 1.0, atol=1e-5)
        assert (queries @ vectors.astype(np.float32).T).max() < 0.9999
    near, far = (made.kinds[kind] @ vectors.astype(np.float32).T for kind in ("near", "far"))
    assert near.max(axis=1).mean() > far.max(axis=1).mean()


def test_recall_is_the_share_of_the_exact_answer(vectors):
    class HalfBlind(ExactIndex):
        exhaustive = False

        def propose(self, queries, k, mask=None):
            return [replace(p, rows=p.rows[p.rows % 2 == 0]) for p in super().propose(queries, 400, mask)]

    questions = pose(vectors, make_queries(vectors, 10).kinds)
    exact = measure(ExactIndex(vectors), vectors, questions)
    assert (exact.shallow, exact.deep) == (1.0, 1.0)
    even = [np.mean([row % 2 == 0 for row in one.exact[:10]]) for one in questions.open["near"]]
    blind = measure(HalfBlind(vectors), vectors, questions)
    assert blind.shallow <= np.mean(even) + 1e-9 < 1.0


def test_a_slow_minute_of_the_machine_hits_no_index_alone(vectors, monkeypatch):
    """By a clock that runs as fast as told: the machine is slow until each index had its first turn."""
    now, slow = 0.0, 10.0

    class Sleeper(ExactIndex):
        def __init__(self, seconds):
            super().__init__(vectors)
            self.seconds = seconds

        def propose(self, queries, k, mask=None):
            nonlocal now
            now += self.seconds * slow
            return super().propose(queries, k, mask)

    class Slowed(Sleeper):
        def propose(self, queries, k, mask=None):
            nonlocal slow
            found = super().propose(queries, k, mask)
            slow = 1.0 if len(self.asked) > 3 else slow
            self.asked.append(k)
            return found

    quick, other = Sleeper(0.002), Slowed(0.003)
    other.asked = []
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: now)
    asked = pose(vectors, make_queries(vectors, 4).kinds).open["near"]
    assert time_in_turns([quick, other], vectors, asked) == pytest.approx([2.0, 3.0])
    assert len(other.asked) == ROUNDS * len(asked)


def test_what_may_be_kept_is_timed_again_beside_its_rivals(vectors):
    """One index met a slow machine when it was measured: it is quick, and twice as quick as the other."""

    class Approximate(ExactIndex):
        exhaustive = False

        def __init__(self, name, seconds):
            super().__init__(vectors)
            self.name, self.seconds = name, seconds

        def propose(self, queries, k, mask=None):
            time.sleep(self.seconds)
            return super().propose(queries, k, mask)

    def tried(name, seconds, ms):
        rung = Rung(name, 0, 1.0, 0.9, 1.0, 1.0, 1.0, 1.0, ms, ms, 1.0, 10)
        return Tried(Approximate(name, seconds), (rung, replace(rung, effort=1, recall10=0.5, ms=7.0)))

    questions = pose(vectors, make_queries(vectors, 3).kinds)
    unlucky, lucky, hopeless = _timed_again(
        [tried("pq:2", 0.002, 30.0), tried("ivf", 0.02, 20.0), tried("hnsw", 0.02, 90.0)],
        vectors,
        questions,
        gate=0.99,
    )
    assert unlucky.rungs[0].ms < lucky.rungs[0].ms
    assert unlucky.rungs[0].filtered_ms < lucky.rungs[0].filtered_ms
    assert unlucky.rungs[1].ms == 7.0, "below the gate, so not timed again"
    assert hopeless.rungs[0].ms == 90.0, "no rival of the others"


def test_the_interval_by_hand():
    """Wilson's for 9 of 10: (0.596, 0.982)."""
    assert wilson(0.9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-3)
    assert wilson(1.0, 50)[1] == 1.0


def test_the_planner_never_loses_a_filtered_row(tuned, vectors):
    record = tuned[1]
    opened = open_indexes(tuned[0], vectors, SHA)
    pq = record.table[-1]
    quick = ExactIndex(vectors)
    made = replace(
        opened,
        approximate=quick,
        filtered=quick,
        record=replace(record, approximate=pq, filtered_effort=pq.effort),
    )
    planner = Planner.of(made)
    assert planner.choose(10, None).index is quick
    assert planner.choose(10, None).recall == pq.recall10
    few = int((pq.filtered_ms or 0.0) / GATHER_MS)
    assert planner.choose(10, few + 1000).recall == pq.filtered_recall
    assert planner.choose(10, few - 1).index is opened.exhaustive
    assert planner.choose(10, few + 1000).index is quick
    assert planner.choose(5000, None).index is opened.exhaustive
    lossy = Planner.of(replace(made, filtered=None))
    assert lossy.choose(10, few + 1000).index is opened.exhaustive
    assert lossy.choose(10, few + 1000).recall == 1.0


def test_what_finds_more_is_kept_where_it_takes_hardly_longer():
    def tried(family, recall, ms):
        class Named(ExactIndex):
            name = family
            exhaustive = False

        rung = Rung(family, 10, recall, 0.9, 1.0, 1.0, 1.0, 1.0, ms, ms, 1.0, 10)
        return Tried(Named(np.eye(1, 4, dtype=np.float16)), (rung,))

    lists, codes, coarse = tried("ivf:2", 0.996, 1.0), tried("pq:2", 1.0, 1.2), tried("pq:8", 0.9, 0.1)
    assert _quickest([lists, codes, coarse], gate=0.99, within=5.0) is codes
    assert _quickest([lists, tried("pq:2", 1.0, 1.3)], gate=0.99, within=5.0) is lists
    assert _quickest([lists, codes], gate=0.99, within=1.1) is lists
    assert _quickest([coarse], gate=0.99, within=5.0) is None
    assert _quickest([tried("ivf:2", 0.992, 1.0)], gate=0.99, within=5.0) is None  # others would lose more


def test_the_ladder_follows_the_rows():
    few, many, huge = (short_tuning(rows).families for rows in (100_000, 1_000_000, 10_000_000))
    assert few == ("exact", "int8", "pq:4", "pq:2")
    assert many == ("exact", "int8", "ivf:4", "ivf:2")
    assert huge == ("exact", "ivf:2")
    assert "hnsw" in ladder(100_000) and "hnsw" not in ladder(10_000_000)
