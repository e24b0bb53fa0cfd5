import io
import json
import time
from dataclasses import replace

import numpy as np
import pytest

from pinakes.bench.answers import keep_answers
from pinakes.bench.data.cases import UNFILTERED, Case, Kind
from pinakes.bench.data.dataset import generate_dataset
from pinakes.bench.data.spectrum import Spectrum
from pinakes.bench.job import Job
from pinakes.bench.systems.numpy_scan import NumpyScan
from pinakes.bench.worker import Measurement
from pinakes.ingest.progress import silent

SMALL = Spectrum(dim=16, mean=0.5, exponent=0.5, decay=0.05, between=0.5, source="a test")
FILTER = Case(Kind.INDEPENDENT, 0.5)
SLEEP = 0.002


class Peer(NumpyScan):
    """Finds everything from some effort on; a scan takes ``scan_seconds`` more, or less, than its index."""

    efforts = (1, 2, 4, 8)

    def __init__(self, enough, scan=None, scan_seconds=0.0):
        self.enough, self.scan, self.scan_seconds = enough, scan, scan_seconds

    def spend(self, effort):
        self.effort = effort

    def search(self, query, k, where):
        time.sleep(self.scan_seconds if self.effort == self.scan else SLEEP)
        found = super().search(query, k, where)
        return found if self.effort == self.scan or self.effort >= self.enough else found[:-1]


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worker")
    dataset = generate_dataset(folder / "data", SMALL, rows=200, queries=24)
    keep_answers(dataset, (UNFILTERED, FILTER), 10, silent)
    cases = (UNFILTERED, FILTER)
    return Job(
        "peer", dataset.folder, folder, folder / "kept", cases=cases, target=1.0, seconds=0.1, clients=0
    ), dataset


def measured(job, peer, **changes):
    lines = io.StringIO()
    job, dataset = job
    summary = Measurement(replace(job, **changes), dataset, peer, lines).run()
    return summary, [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.parametrize(("enough", "chosen"), [(1, 1), (2, 2), (3, 4), (8, 8), (9, 8)])
def test_the_least_effort_that_is_enough_is_measured_or_the_greatest(job, enough, chosen):
    _, rows = measured(job, Peer(enough))
    assert {row["effort"] for row in rows if row["phase"] == "measure"} == {chosen}


@pytest.mark.parametrize(
    ("enough", "seconds", "chosen"),
    [(2, 0.0, 0), (2, 4 * SLEEP, 2), (9, 4 * SLEEP, 0)],
    ids=["quicker", "slower", "the only one that finds everything"],
)
def test_a_scan_is_taken_where_it_is_quicker_or_needed(job, enough, seconds, chosen):
    _, rows = measured(job, Peer(enough, scan=0, scan_seconds=seconds))
    assert {row["effort"] for row in rows if row["phase"] == "measure"} == {chosen}


def test_plots_need_every_effort_and_filters_with_the_effort_found_without_one(job):
    _, rows = measured(job, Peer(3), sweep=True)
    assert {row["effort"] for row in rows if row["phase"] == "sweep"} == {1, 2, 4, 8}
    _, rows = measured(job, Peer(3))
    assert "sweep" not in {row["phase"] for row in rows}


def test_throughput_is_left_out_without_clients(job):
    summary, _ = measured(job, Peer(1))
    assert summary.queries_per_second == {}
    summary, _ = measured(job, Peer(1), clients=2)
    assert set(summary.queries_per_second) == {str(UNFILTERED), str(FILTER)}


def test_queries_are_asked_at_least_twenty_times_however_slow(job):
    _, rows = measured(job, Peer(1), seconds=0.0)
    asked = [row for row in rows if row["phase"] == "measure" and row["case"] == str(UNFILTERED)]
    assert len(asked) == 2 * 18  # fewer than twenty are there
    assert np.all([row["recall"] == 1.0 for row in asked])


def test_every_query_that_is_measured_has_a_filter_of_its_own_where_it_is_asked_once(job):
    once, asked = Case(Kind.INDEPENDENT, 0.5, once=True), []

    class Listening(Peer):
        def search(self, query, k, where):
            asked.append(where)
            return super().search(query, k, where)

    keep_answers(job[1], (once,), 10, silent)
    summary, rows = measured(job, Listening(1), cases=(UNFILTERED, once), clients=1)
    found = [row for row in rows if row["phase"] == "measure" and row["case"] == str(once)]
    filters = {(row["kind"], row["query"]): job[1].filters(row["kind"], once)[row["query"]] for row in found}
    assert len(set(filters.values())) == len(found) > 20
    assert all(asked.count(where) == 1 for where in filters.values())
    assert {row["recall"] for row in found} == {1.0}
    assert list(summary.queries_per_second) == [str(UNFILTERED)]  # threads would ask again
