"""The benchmarks are found, named and described; what they measure is not looked at here."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_benchmark_is_listed_with_what_it_measures():
    done = python("-m", "benchmarks", "--list")
    assert done.returncode == 0, done.stderr
    listed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    with_main = {p.stem for p in (ROOT / "benchmarks").glob("[!_]*.py") if "\ndef main(" in p.read_text()}
    assert set(listed) == with_main
    assert "filter_mask" in listed


def test_every_benchmark_can_be_run_as_a_module():
    for path in (ROOT / "benchmarks").glob("[!_]*.py"):
        text = path.read_text()
        assert ("\ndef main(" in text) == ('\nif __name__ == "__main__":\n' in text), path.name


def test_an_unknown_benchmark_is_answered_with_the_nearest():
    done = python("-m", "benchmarks", "filtermask")
    assert done.returncode == 2
    assert "unknown benchmark 'filtermask'; did you mean 'filter_mask'?" in done.stderr
    assert done.stdout == ""


def test_what_follows_a_name_is_for_that_benchmark():
    done = python("-m", "benchmarks", "near_duplicates", "--help")
    assert done.returncode == 0, done.stderr
    assert "--sheet" in done.stdout
    done = python("-m", "benchmarks", "near_duplicates", "item_scores", "--coins", "100")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--coins 100: what is given to a benchmark follows its name alone" in done.stderr


def test_the_options_in_the_documents_are_those_of_the_benchmark():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    said = {
        match
        for page in pages
        for match in re.findall(r"`python\s-m\sbenchmarks[ .](\w+)[\s]+(--\w+)", page.read_text("utf-8"))
    }
    assert ("near_duplicates", "--sheet") in said
    for name, option in said:
        assert f'"{option}"' in (ROOT / "benchmarks" / f"{name}.py").read_text("utf-8"), (name, option)


def test_the_machine_is_described_on_one_line():
    done = python("-c", "from pinakes.bench.machine import describe_machine; print(describe_machine())")
    assert done.returncode == 0, done.stderr
    form = r"(.+), (\d+) cores, ([\d.]+) GiB, load [\d.]+; Python ([\d.]+), NumPy ([\d.]+) with \S+ \S+\n"
    _, cores, memory, python_version, _ = re.fullmatch(form, done.stdout).groups()
    assert int(cores) == len(os.sched_getaffinity(0))
    assert float(memory) > 0.1
    assert python_version == ".".join(map(str, sys.version_info[:3]))
