import json

import numpy as np
import pytest

from pinakes.bench.data.generate import Cloud
from pinakes.bench.data.spectrum import Spectrum
from pinakes.cli.app import run

SMALL = Spectrum(dim=16, mean=0.5, exponent=0.5, decay=0.05, between=0.5, source="a test")


@pytest.fixture
def vectors(tmp_path):
    np.save(tmp_path / "mine.npy", Cloud(SMALL, 200).rows(0, 200))
    np.save(tmp_path / "asked.npy", Cloud(SMALL, 200).picture_queries(24))
    return tmp_path


def bench(folder, *more):
    return run(["bench", *more, "--out", str(folder / "out"), "--seconds", "0.2", "--threads", "1"])


def test_a_file_is_searched_with_queries_of_another(vectors, capsys):
    mine, asked = str(vectors / "mine.npy"), str(vectors / "asked.npy")
    assert bench(vectors, mine, "--queries", asked, "--system", "numpy", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["dataset"]["rows"] == 200
    assert report["dataset"]["queries"] == {"asked": 24}
    assert report["dataset"]["synthetic"] is False
    (line,) = report["systems"][0]["lines"]
    assert line["recall"] == 1.0


def test_people_get_a_table(vectors, capsys):
    assert bench(vectors, str(vectors / "mine.npy"), "--system", "numpy", "--filter", "0.1") == 0
    printed = capsys.readouterr().out
    assert "160 x 16 float16, real: 160 vectors of mine.npy" in printed
    assert "independent 10.00%" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name what to search"),
        (["missing.npy"], "cannot read the vectors in missing.npy: No such file or directory"),
        (["--synthetic", "50", "--system", "faiss"], "unknown system 'faiss'"),
        (["--synthetic", "50", "--queries", "q.npy"], "generated vectors bring their own queries"),
        (["--synthetic", "50", "--memory-limit", "much"], "'much' is no amount of memory"),
    ],
)
def test_mistakes_are_answered(tmp_path, capsys, arguments, message):
    assert bench(tmp_path, *arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())
