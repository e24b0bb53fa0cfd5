import numpy as np

from pinakes.bench.answers import keep_answers, read_answers
from pinakes.bench.data.cases import UNFILTERED, Case, Kind
from pinakes.bench.data.dataset import generate_dataset
from pinakes.bench.data.spectrum import Spectrum
from pinakes.bench.truth import exact_answers
from pinakes.ingest.progress import silent

SMALL = Spectrum(dim=16, mean=0.5, exponent=0.5, decay=0.05, between=0.5, source="a test")
CASES = (
    UNFILTERED,
    Case(Kind.INDEPENDENT, 0.1),
    Case(Kind.NEAR, 0.01),
    Case(Kind.FAR, 0.5),
    Case(Kind.NEAR, 0.1, once=True),
)


def test_answers_are_those_of_a_plain_sort(tmp_path):
    dataset = generate_dataset(tmp_path, SMALL, rows=400, queries=8)
    queries = dataset.queries["picture"]
    found = exact_answers(dataset, "picture", CASES, 10, silent)
    scores = np.round(queries.astype(np.float64) @ dataset.rows.astype(np.float64).T, 6)
    for case in CASES:
        for at, where in enumerate(dataset.filters("picture", case)):
            allowed = np.arange(400) if where is None else np.flatnonzero(where.mask(dataset.columns))
            expected = allowed[np.lexsort((allowed, -scores[at, allowed]))][:10]
            truth = found[case][at]
            assert truth.rows.tolist() == expected.tolist()
            assert truth.floor == scores[at, expected[-1]]


def test_answers_are_kept_beside_the_data(tmp_path):
    dataset = generate_dataset(tmp_path, SMALL, rows=100, queries=8)
    keep_answers(dataset, CASES, 3, silent)
    kept = read_answers(dataset, "text", CASES[2], 3)
    assert len(kept) == 8
    assert all(len(truth.rows) == 1 for truth in kept)  # 1 % of 100 rows
    computed = exact_answers(dataset, "text", CASES, 3, silent)[CASES[2]]
    assert [truth.rows.tolist() for truth in kept] == [truth.rows.tolist() for truth in computed]
    assert [truth.floor for truth in kept] == [truth.floor for truth in computed]
