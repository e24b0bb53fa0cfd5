from pinakes.catalog.database import Database
from pinakes.catalog.runs import INTERRUPTED, RunState, fail_run, finish_run, list_runs, start_run
from pinakes.kernels.clock import utc_now


def test_a_run_from_start_to_end(catalog: Database) -> None:
    with catalog.write() as connection:
        first = start_run(connection, "index")
        (run,) = list_runs(connection)
        assert (run.id, run.verb, run.state, run.finished) == (first, "index", RunState.RUNNING, None)
        finish_run(connection, first, {"added": 3})
        (run,) = list_runs(connection)
    assert (run.state, run.counts, run.detail) == (RunState.DONE, {"added": 3}, None)
    assert run.finished is not None
    assert run.started <= run.finished <= utc_now()


def test_a_failed_run_says_why(catalog: Database) -> None:
    with catalog.write() as connection:
        fail_run(connection, start_run(connection, "index"), {"added": 1}, "disk full")
        (run,) = list_runs(connection)
    assert (run.state, run.counts, run.detail) == (RunState.FAILED, {"added": 1}, "disk full")


def test_the_next_run_marks_those_that_were_interrupted(catalog: Database) -> None:
    with catalog.write() as connection:
        done = start_run(connection, "index")
        finish_run(connection, done, {})
        dead = start_run(connection, "index")
        new = start_run(connection, "delete")
        runs = list_runs(connection)
    assert [(run.id, run.state, run.detail) for run in runs] == [
        (new, RunState.RUNNING, None),
        (dead, RunState.FAILED, INTERRUPTED),
        (done, RunState.DONE, None),
    ]
    assert new > dead > done


def test_times_are_utc_and_sort_as_text() -> None:
    times = [utc_now() for _ in range(3)]
    assert times == sorted(times)
    assert all(len(time) == len("2026-02-28T09:05:07.000123Z") and time.endswith("Z") for time in times)
