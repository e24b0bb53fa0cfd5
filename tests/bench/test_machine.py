import os

from pinakes.bench.machine import Machine, library_versions, thread_settings


def test_the_machine_is_described():
    machine = Machine.this()
    assert machine.cores == len(os.sched_getaffinity(0))
    assert machine.memory > 2**28
    assert f"{machine.cores} cores" in str(machine)


def test_versions_are_told_of_what_is_installed():
    versions = library_versions(["numpy", "a-package-that-nobody-made"])
    assert list(versions) == ["numpy"]


def test_only_threads_that_are_set_are_told(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    assert thread_settings()["OMP_NUM_THREADS"] == "3"
    assert "RAYON_NUM_THREADS" not in thread_settings()
