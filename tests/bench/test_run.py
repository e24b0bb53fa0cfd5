import json

import pytest

from pinakes.bench.data.cases import UNFILTERED, Case, Kind
from pinakes.bench.data.dataset import generate_dataset
from pinakes.bench.data.spectrum import Spectrum
from pinakes.bench.job import Job, read_rows
from pinakes.bench.report import as_json, lines
from pinakes.bench.run import run_systems
from pinakes.bench.systems import load_system
from pinakes.errors import UnknownNameError, UsageError
from pinakes.ingest.progress import silent

SMALL = Spectrum(dim=16, mean=0.5, exponent=0.5, decay=0.05, between=0.5, source="a test")
FILTER = Case(Kind.FAR, 0.1)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    dataset = generate_dataset(folder / "data", SMALL, rows=200, queries=24)
    job = Job("", dataset.folder, folder / "out", folder / "kept", cases=(FILTER,), seconds=0.5, sweep=True)
    return run_systems(["numpy", "no-such-system"], dataset, job, 1, silent)


def test_numpy_finds_everything(run):
    found = lines(run.measured[0])
    assert [line.case for line in found] == ["no filter", str(FILTER)]
    for line in found:
        assert line.recall == 1.0
        assert line.latency.queries == 2 * 18  # a quarter of the queries decides about the effort
        assert 0 < line.latency.p50 <= line.latency.p95 <= line.latency.p99
        assert set(line.by_kind) == {"picture", "text"}
        assert line.repeated == 0


def test_raw_rows_are_kept(run):
    rows = read_rows(run.job.out / "numpy")
    assert {row.phase for row in rows} == {"sweep", "measure"}  # there is no effort to choose
    assert all(len(set(row.rows)) == 10 for row in rows)


def test_the_summary_tells_time_memory_and_disk(run):
    summary = run.measured[0].summary
    assert summary.skipped is None
    assert summary.build_seconds is not None and summary.build_seconds >= 0
    assert summary.build_peak is not None and summary.build_peak > 2**20
    assert summary.disk >= 200 * 16 * 4
    assert summary.queries_per_second is not None and summary.queries_per_second["no filter"] > 0


def test_a_system_that_fails_is_reported_and_stops_nobody(run):
    failed = run.measured[1].summary
    assert failed.skipped is not None
    assert "no-such-system" in failed.skipped


def test_the_report_is_json_with_the_machine(run):
    report = json.loads(json.dumps(as_json(run)))
    assert report["machine"]["cores"] >= 1
    assert report["versions"]["numpy"]
    assert report["dataset"]["synthetic"] is True
    assert [one["system"] for one in report["systems"]] == ["numpy", "no-such-system"]
    assert json.loads((run.job.out / "run.json").read_text())["cases"] == ["no filter", str(FILTER)]


def test_a_job_survives_its_file(tmp_path):
    job = Job("numpy", tmp_path, tmp_path, tmp_path, cases=(UNFILTERED, FILTER), limit=5)
    job.write(tmp_path / "job.json")
    assert Job.read(tmp_path / "job.json") == job


def test_an_unknown_system_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'faiss-hnsw'"):
        load_system("faiss-hnws")


def test_there_must_be_something_to_measure(run):
    with pytest.raises(UsageError, match="at least one system"):
        run_systems([], run.dataset, run.job, 1, silent)
