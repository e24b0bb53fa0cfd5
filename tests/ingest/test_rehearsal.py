"""Broken vectors are noticed on a few pictures, and named; good ones pass."""

from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image
from toy_encoder import MeanColour, MemoryCache
from workbench import ListSource, World

from pinakes.errors import GateError
from pinakes.ingest.census import SAMPLE, take_census
from pinakes.ingest.progress import silent
from pinakes.ingest.rehearsal import ROW_BYTES, Rehearsal, duration, rehearse
from pinakes.ingest.trial import Trial
from pinakes.settings import parse_settings
from pinakes.sources.base import PictureRef, Record, Rejection


@dataclass
class Family:
    """A toy encoder with nothing to fit."""

    features: MeanColour

    def fit(self, features):
        return self.features


class Toy(MeanColour):
    def project(self, features):
        return features.astype(np.float32)


class Unrelated(Toy):
    """Unit vectors that have nothing to do with the picture, but are the same for equal bytes."""

    dim = 64

    def encode_images(self, prepared):
        rows = [np.random.default_rng(np.abs(p.view(np.uint64))).standard_normal(64) for p in prepared]
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Long(Toy):
    def encode_images(self, prepared):
        return super().encode_images(prepared) * 3


class NotANumber(Toy):
    def encode_images(self, prepared):
        return super().encode_images(prepared) * np.float32(np.nan)


class Neighbourly(Toy):
    """Scales by the whole batch, as dynamic int8 does with batches."""

    def encode_images(self, prepared):
        rows = super().encode_images(prepared) + np.float32(1e-4 * len(prepared))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Constant(Toy):
    def encode_images(self, prepared):
        return np.full((len(prepared), 4), 0.5, np.float32)


class Short(Toy):
    def encode_images(self, prepared):
        return super().encode_images(prepared)[:, :3]


@pytest.fixture
def photos(tmp_path):
    """Twelve pictures of different colours, and one that is none."""
    paths = []
    for number in range(12):
        paths.append(tmp_path / f"{number}.png")
        colour = ((37 * number) % 256, (91 * number) % 256, (151 * number) % 256)
        noise = np.random.default_rng(number).integers(-40, 40, (30, 40, 3))
        Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8)).save(paths[-1])
    paths.append(tmp_path / "broken.png")
    paths[-1].write_bytes(b"none")
    return paths


def test_a_good_encoder(photos):
    found = rehearse(photos, {"toy": Family(Toy())})
    found.raise_problems()
    assert (found.pictures, found.refused) == (12, 1)
    assert found.rate > 0
    assert found.bytes == ROW_BYTES + 4 * 4 + 2 * 4  # four floats kept, four half floats stored
    (toy,) = found.encoders
    assert (toy.encoder, toy.dim) == ("toy", 4)
    assert toy.norms == pytest.approx((1, 1))
    assert toy.own > 0.999 > toy.others


@pytest.mark.parametrize(
    ("encoder", "problem"),
    [
        (Unrelated(), "the vectors do not come from the pictures"),
        (Long(), "lengths are 3.000 to 3.000, of unit vectors 1"),
        (NotANumber(), "some numbers are NaN or infinite"),
        (Neighbourly(), "another vector alone than among others"),
        (Constant(), "every picture has the same vector"),
        (Short(), r"gave the shape \(12, 3\) for 12 pictures, 4 numbers each"),
    ],
)
def test_broken_vectors(photos, encoder, problem):
    with pytest.raises(GateError, match=problem):
        rehearse(photos, {"toy": Family(encoder)}).raise_problems()


def test_nothing_to_try():
    found = rehearse([], {"toy": Family(Toy())})
    found.raise_problems()
    assert (found.pictures, found.rate, found.seconds(100)) == (0, 0.0, 0.0)


def test_estimates():
    found = Rehearsal(pictures=20, refused=0, rate=50.0, bytes=4_000, encoders=())
    assert (found.seconds(10_000), found.megabytes(10_000)) == (200.0, 40.0)
    assert found.note(10_000) == (
        "tried on 20 pictures: 50 pictures/s; 10,000 take about 3 min and 40 MB on disk"
    )
    assert [duration(s) for s in (5, 89, 90, 5_399, 5_400)] == ["5 s", "89 s", "2 min", "90 min", "1.5 h"]


@pytest.mark.parametrize(("count", "sampled"), [(0, 0), (7, 7), (39, 39), (40, 20), (41, 21), (1_000, 32)])
def test_a_census_spreads_its_sample(tmp_path, count, sampled):
    entries = [
        Record(str(n), str(n), pictures=(PictureRef("front", str(n), tmp_path / str(n)),))
        for n in range(count)
    ]
    far = Record("far", "far", pictures=(PictureRef("front", "https://x", None),))
    census = take_census([*entries, Rejection("w", "bad_id", ""), far])
    assert census.pictures == count + 1
    assert len(census.sample) == sampled
    numbers = [int(path.name) for path in census.sample]
    assert numbers == sorted(set(numbers))
    if count >= SAMPLE:
        assert len(set(np.diff(numbers))) == 1


def test_a_long_run_is_tried_first_and_a_short_one_is_not(world: World, monkeypatch):
    stages = []
    settings = parse_settings({"source": {"path": "pictures"}})
    monkeypatch.setattr("pinakes.ingest.trial.LONG", 5)
    cache = MemoryCache()
    source = ListSource([world.record(str(n), world.paint(f"{n}.bmp", red=n).name) for n in range(6)])
    trial = Trial(world.folder, settings, cache, lambda stage, done, total: stages.append((stage, total)))
    expected, notes = trial.run(source, waived=False)
    assert expected == 6
    assert stages == [("sample", 6)] * 2
    assert notes[0].startswith("tried on 6 pictures: ")
    assert trial.run(source, waived=True) == (6, ())
    few = ListSource(source.entries[:4])
    assert trial.run(few, waived=False) == (4, ())
    table = parse_settings({"source": {"path": "items.csv"}})
    assert Trial(world.folder, table, cache, silent).run(source, waived=False) == (None, ())
