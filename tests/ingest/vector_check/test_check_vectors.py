"""Vectors with one thing wrong with them at a time, and what is said of it."""

import re

import faiss
import numpy as np
import pytest

from pinakes.cli.app import run
from pinakes.cli.vector_page import write_vector_page
from pinakes.errors import SourceError, UsageError
from pinakes.ingest.vector_check import Level, check_vectors
from pinakes.ingest.vector_check.every_row import count_rows
from pinakes.ingest.vector_check.factory import measure_loss
from pinakes.ingest.vector_check.neighbours import count_hubs, nearest, shared
from pinakes.ingest.vector_check.structure import measure_spread, split_in_two

DIM = 48


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def cloud(count=1500, seed=0, dim=DIM):
    """Vectors as encoders make them: around a mean, in kinds, with falling variances."""
    random = np.random.default_rng(seed)
    scale = np.arange(1, dim + 1) ** -0.4
    kinds = random.standard_normal((12, dim)) * scale
    rows = kinds[random.integers(0, 12, count)] + 0.8 * random.standard_normal((count, dim)) * scale
    return unit(rows + 1.5 * scale)


def rotated(rows, seed=5):
    basis = np.linalg.qr(np.random.default_rng(seed).standard_normal((rows.shape[1],) * 2))[0]
    return (rows @ basis).astype(np.float32)


def check(tmp_path, rows, index=None):
    np.save(tmp_path / "v.npy", rows)
    report = check_vectors(tmp_path / "v.npy", index)
    return report, {finding.name: finding for finding in report.findings}


def test_nothing_wrong(tmp_path):
    report, found = check(tmp_path, cloud().astype(np.float16))
    assert (report.rows, report.dim, report.dtype) == (1500, DIM, "float16")
    assert {finding.level for finding in report.findings} <= {Level.GOOD, Level.NOTE}
    assert report.verdict == "nothing is wrong with these vectors"
    assert found["mixed models"].level is Level.GOOD
    assert found["random vectors"].level is Level.GOOD


def test_every_row_is_counted(tmp_path):
    rows = np.tile(cloud(), (20, 1))[:25_000].astype(np.float32) * 3
    rows[3], rows[21_000], rows[4], rows[5, 2] = np.nan, np.inf, 0, 1e30
    facts = count_rows(rows)
    assert (facts.broken.tolist(), facts.zero.tolist()) == ([3, 21_000], [4])
    assert facts.repeated[:3].tolist() == [1500, 1501, 1502]
    assert len(facts.repeated) == 25_000 - 1500 - 3 - 1 + 0  # 1,500 kinds, and one row that differs from all
    report, found = check(tmp_path, rows)
    said = "2 of 25,000 rows (0.01%) hold NaN or an infinity: 3, 21000 (the first row is 0)"
    assert found["not finite"].found == said
    assert "1 of 25,000 rows" in found["zero"].found
    assert "another row: 1500, 1501, 1502, 1506, 1507, ... (" in found["exact duplicates"].found
    assert found["exact duplicates"].level is Level.NOTE
    assert "not normalised" in found["lengths"].found
    assert report.findings[0].level is Level.BAD
    assert report.verdict.startswith("look at: ")


def test_two_models_in_one_file(tmp_path):
    rows = cloud(dim=128)
    both = np.concatenate([rows[:1000], rotated(rows[1000:])])
    _, found = check(tmp_path, both)
    assert found["mixed models"].level is Level.BAD
    assert "those of two encoders" in found["mixed models"].found
    mixture = split_in_two(both)
    assert mixture.share == pytest.approx(1 / 3, abs=0.01)


def test_two_lengths_in_one_file(tmp_path):
    rows = cloud()
    rows[:100] *= 40
    _, found = check(tmp_path, rows)
    assert "lengths fall into two groups: 1,400 about 1, 100 about 40" in found["mixed models"].found


def test_random_vectors(tmp_path):
    random = np.random.default_rng(1).standard_normal((2000, 64))
    _, found = check(tmp_path, unit(random))
    assert found["random vectors"].level is Level.BAD


def test_real_vectors_of_one_model_and_of_two(real_data, tmp_path):
    photos = unit(np.load(real_data / "clip_vectors" / "flickr8k1000_clip_embeddings.npy"))
    _, found = check(tmp_path, photos)
    assert found["mixed models"].level is Level.GOOD
    assert found["random vectors"].level is Level.GOOD
    _, found = check(tmp_path, np.concatenate([photos[:800], rotated(photos[800:])]))
    assert found["mixed models"].level is Level.BAD


def test_near_duplicates(tmp_path):
    rows = cloud()
    noisy = unit(rows[:300] + 1e-4 * np.random.default_rng(0).standard_normal((300, DIM)))
    _, found = check(tmp_path, np.concatenate([rows, noisy]))
    assert found["near duplicates"].level is Level.NOTE
    assert found["exact duplicates"].level is Level.GOOD


def test_neighbours_are_faiss_s():
    rows = cloud()
    queries = np.arange(0, 1500, 7)
    exact = nearest(rows, queries)
    index = faiss.IndexFlatIP(DIM)
    index.add(rows)
    cosines, wanted = index.search(rows[queries], 11)
    np.testing.assert_allclose(exact.cosines, cosines[:, 1:], atol=1e-5)
    assert shared(exact.rows, wanted[:, 1:]) > 0.999


def test_hubs_by_hand():
    # Of four rows each has one neighbour: 0, 2 and 3 have row 1, which has 0.
    hubs = count_hubs(np.array([[1], [0], [1], [1]]), 4)
    # Counts 1, 3, 0, 0: mean 1, second moment 1.5, third (0 + 8 - 1 - 1) / 4 = 1.5.
    assert (hubs.never, hubs.most) == (0.5, 3)
    assert hubs.skewness == pytest.approx(1.5 / 1.5**1.5)


def test_dimensions_by_hand(tmp_path):
    axes = np.eye(8, dtype=np.float32)[:4]
    spread = measure_spread(np.concatenate([axes, -axes]))
    assert spread.effective == pytest.approx(4.0)  # four equal variances
    assert (spread.components, spread.dead) == (4, 4)
    assert spread.mean == pytest.approx(0.0, abs=1e-6)
    padded = np.concatenate([cloud(), np.zeros((1500, 16), np.float32)], axis=1)
    _, found = check(tmp_path, padded)
    assert "16 columns never change" in found["effective dimension"].found


def test_what_an_index_loses(tmp_path):
    rows = cloud()
    queries = np.arange(0, 1500, 10)
    exact = nearest(rows, queries)
    (flat,) = measure_loss("Flat", rows, queries, exact)
    assert flat.recall > 0.999
    losses = measure_loss("IVF16,Flat", rows, queries, exact)
    assert [loss.setting for loss in losses] == ["nprobe 1", "nprobe 8", "nprobe 16"]
    assert losses[0].recall < losses[1].recall <= losses[2].recall
    assert losses[2].recall > 0.999
    _, found = check(tmp_path, rows, "PQ4")
    assert found["index PQ4"].level is Level.NOTE
    assert re.search(r"recall@10 0\.\d{3}", found["index PQ4"].found)


@pytest.mark.parametrize("factory", ["IVF", "PQ5", "no such index", "IVF4096,Flat"])
def test_an_index_that_cannot_be_built(tmp_path, factory):
    with pytest.raises(UsageError, match=f"FAISS cannot build '{factory}'") as caught:
        check(tmp_path, cloud(), factory)
    assert "/" not in str(caught.value)  # of the machine that FAISS was built on
    assert str(caught.value).endswith("such as IVF256,PQ32 or HNSW32")


def test_the_verdict_names_what_is_worth_knowing(tmp_path):
    report, _ = check(tmp_path, cloud() * 3)
    assert report.verdict == "nothing is wrong with these vectors; worth knowing: lengths"
    report, _ = check(tmp_path, cloud(50) * 3)
    assert report.verdict == "nothing that was measured is wrong with these vectors; worth knowing: lengths"


def test_a_file_that_was_not_copied_to_its_end(tmp_path):
    np.save(tmp_path / "whole.npy", cloud())
    (tmp_path / "v.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:5000])
    with pytest.raises(SourceError, match="shorter than it says"):
        check_vectors(tmp_path / "v.npy")


def test_few_vectors_are_counted_alone(tmp_path):
    report, found = check(tmp_path, cloud(50))
    assert found["neighbours"].level is Level.UNKNOWN
    assert report.samples == {}


def test_files_that_hold_no_vectors(tmp_path):
    with pytest.raises(SourceError, match="holds no vectors"):
        check(tmp_path, np.empty((0, 8)))
    with pytest.raises(SourceError, match="a matrix of numbers"):
        check(tmp_path, np.ones(8))


def test_the_command_and_its_page(tmp_path, capsys):
    np.save(tmp_path / "good.npy", cloud())
    page = tmp_path / "page.html"
    assert run(["doctor", str(tmp_path / "good.npy"), "--html", str(page), "--index", "Flat"]) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    written = page.read_text()
    assert "<svg" in written
    assert not re.search(r"https?://|<script|src=", written)
    np.save(tmp_path / "bad.npy", np.full((300, 4), np.nan))
    assert run(["doctor", str(tmp_path / "bad.npy"), "--json"]) == 1
    assert '"verdict": "look at: not finite"' in capsys.readouterr().out
    assert run(["doctor", str(tmp_path), "--index", "Flat"]) == 2
    report, _ = check(tmp_path, cloud(200))
    with pytest.raises(UsageError, match="cannot write"):
        write_vector_page(tmp_path / "none" / "page.html", report)
