"""nDCG by hand and against ir-measures, judgements in files, and the comparison of two ways of answering."""

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import SourceError
from pinakes.evaluation.compare import Comparison, Interval, bootstrap, compare
from pinakes.evaluation.judgements import find_judgements, read_judgements
from pinakes.evaluation.ndcg import ndcg


def test_ndcg_by_hand():
    grades = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], grades) == 1.0
    # DCG 2/1 + 3/log2(3) = 3.8928, ideal 3 + 2/log2(3) + 1/2 = 4.7619
    assert ndcg(["b", "a"], grades) == pytest.approx(3.8928 / 4.7619, abs=1e-4)
    assert ndcg(["x", "y"], grades) == 0.0
    assert ndcg(["a"], {}) == 0.0
    assert ndcg(["x", "a"], {"a": 1}, k=1) == 0.0


ITEMS = [f"d{n:02}" for n in range(30)]


@given(
    st.lists(st.sampled_from(ITEMS), min_size=1, max_size=25, unique=True),
    st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 4), min_size=1, max_size=20),
)
def test_ndcg_agrees_with_ir_measures(ranked, grades):
    if max(grades.values()) == 0:
        grades = {**grades, "d00": 1}
    run = [ir_measures.ScoredDoc("q", item, -rank) for rank, item in enumerate(ranked)]
    qrels = [ir_measures.Qrel("q", item, grade) for item, grade in grades.items()]
    wanted = ir_measures.calc_aggregate([ir_measures.nDCG @ 10], qrels, run)[ir_measures.nDCG @ 10]
    assert ndcg(ranked, grades, 10) == pytest.approx(wanted, abs=1e-9)


def test_an_interval_holds_its_mean_and_shrinks():
    random = np.random.default_rng(0)
    few, many = bootstrap(random.normal(0.3, 0.1, 20)), bootstrap(random.normal(0.3, 0.1, 2000))
    for found in (few, many):
        assert found.low < found.mean < found.high
    # 1.96 * 0.1 / sqrt(2000) = 0.0044 each way
    assert many.high - many.low == pytest.approx(0.0088, abs=0.001)
    assert bootstrap(np.full(5, 0.25)) == Interval(0.25, 0.25, 0.25, 5)
    assert bootstrap(np.empty(0)).n == 0


def write(folder, qrels, queries=None):
    (folder / "qrels.txt").write_text(qrels)
    if queries is not None:
        (folder / "queries.jsonl").write_text(queries)
    return folder / "qrels.txt"


def test_judgements_with_and_without_texts(tmp_path):
    assert find_judgements(tmp_path) is None
    path = write(
        tmp_path, "q1 0 a 3\nq1 0 b 0\n\nq2 0 a 1\nq3 0 c 0\n", '{"id": "q1", "text": "red dress"}\n'
    )
    assert find_judgements(tmp_path) == path
    found = read_judgements(path)
    assert dict(found.texts) == {"q1": "red dress"}
    assert found.grades["q1"] == {"a": 3, "b": 0}
    path = write(tmp_path / ".", "red_dress 0 a 1\n")
    (tmp_path / "queries.jsonl").unlink()
    assert dict(read_judgements(path).texts) == {"red_dress": "red dress"}


@pytest.mark.parametrize(
    ("qrels", "queries", "said"),
    [
        ("q1 0 a\n", None, r"qrels\.txt:1: 'q1 0 a' is no judgement"),
        ("q1 0 a good\n", None, "is no judgement"),
        ("q1 0 a 1\n", "{}\n", r"queries\.jsonl:1"),
        ("q1 0 a 0\n", None, "no query with a text and a relevant item"),
        ("q1 0 a 1\n", '{"id": "q2", "text": "x"}\n', "no query with a text"),
    ],
)
def test_judgements_that_are_none(tmp_path, qrels, queries, said):
    with pytest.raises(SourceError, match=said):
        read_judgements(write(tmp_path, qrels, queries))


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(SourceError, match="cannot read"):
        read_judgements(tmp_path / "none.txt")


def test_the_comparison_by_hand(tmp_path):
    before = {"q": ["a", "b"], "r": ["a", "b"]}
    after = {"q": ["b", "x"], "r": ["a", "b"]}
    found = compare(["q", "r"], (before.__getitem__, after.__getitem__))
    assert found.overlap.mean == 0.75
    assert (found.delta, found.verdict) == (None, "without judgements nothing says which is better")
    judgements = read_judgements(write(tmp_path, "q 0 a 1\nr 0 a 1\n"))
    found = compare(["q"], (before.__getitem__,) * 2, judgements, (before.__getitem__, after.__getitem__))
    assert (found.overlap.mean, found.before, found.after, found.delta.mean) == (1.0, 1.0, 0.5, -0.5)


def test_verdicts():
    overlap = Interval(1, 1, 1, 3)
    assert Comparison(overlap, 0, 1, Interval(0.1, 0.05, 0.2, 9)).verdict == "the new one is better"
    assert Comparison(overlap, 0, 1, Interval(-0.1, -0.2, -0.05, 9)).verdict == "the new one is worse"
    assert "no difference" in Comparison(overlap, 0, 1, Interval(0, -0.1, 0.1, 9)).verdict
