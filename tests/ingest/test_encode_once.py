"""Every picture is encoded once, whatever happens, and its vector is the same however it came about."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from workbench import ListSource, World

from pinakes.catalog.lease import writer_lease
from pinakes.encoders.base import EncoderFamily, ImageEncoder
from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.encoders.families import open_family
from pinakes.ingest.add import add_records
from pinakes.ingest.pipeline import Ingest
from pinakes.media.job import Decoded, Job
from pinakes.media.pool import DecodePool

PICTURES = 40
COPIES = 4
"""Files with the bytes of an earlier one, which are not encoded again either."""


class LoggedCache(SQLiteCache):
    """Writes the name of every feature that is put into a log, which outlives the process."""

    def __init__(self, path: Path, log: Path) -> None:
        super().__init__(path)
        self._log = log

    def put_many(self, features: Mapping[str, NDArray[Any]], fingerprint: str) -> None:
        super().put_many(features, fingerprint)
        with self._log.open("a") as file:
            file.writelines(f"{content}\n" for content in features)


def paint(folder: Path) -> list[Path]:
    """Write JPEGs of noise, of several sizes, and some copies among them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(PICTURES + COPIES):
        path = folder / f"{number:02}.jpg"
        paths.append(path)
        random = np.random.default_rng(number % PICTURES)
        pixels = random.integers(0, 256, (90 + number % PICTURES, 130, 3), dtype=np.uint8)
        if not path.exists():
            Image.fromarray(pixels).save(path, "JPEG")
    return paths


def ingest(folder: Path, encoder: ImageEncoder, world: World, **changes: Any) -> Ingest:
    cache = LoggedCache(folder / ".pinakes" / "features.db", folder / "log").open()
    given = world.ingest(chunk=8, **changes)
    return Ingest(given.database, given.settings, {"picture": encoder}, cache, given.remote, **kept(given))


def kept(given: Ingest) -> dict[str, Any]:
    return {name: getattr(given, name) for name in ("report", "workers", "chunk", "clock")}


def records(world: World) -> ListSource:
    paths = paint(world.pictures)
    return ListSource([world.record(path.stem, path.name, title=path.stem) for path in paths])


def add_until_half(folder: Path, name: str) -> None:
    """Run in a process of its own: add, and die by SIGKILL when half of the pictures are done."""

    def report(stage: str, done: int, total: int | None) -> None:
        if stage == "pictures" and done >= (PICTURES + COPIES) // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    world = World(folder)
    with writer_lease(folder / ".pinakes" / "writer.lock", "add"):
        add_records(ingest(folder, features_of(name), world, report=report), records(world))


def features_of(name: str) -> ImageEncoder:
    return cast("EncoderFamily", open_family(name)).features


@pytest.fixture(params=["descriptor", "clip fp32", "clip int8"])
def name(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an encoder; the models are small and have random weights."""
    kind, _, precision = request.param.partition(" ")
    if kind == "descriptor":
        return kind
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from pinakes.testing.random_clip import Shape, write_random_clip

    folder = write_random_clip(tmp_path_factory.mktemp("model"), Shape())
    if precision == "int8":
        tower = folder / "visual" / "model.onnx"
        small = tower.with_name("int8.onnx")
        quantize_dynamic(tower, small, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)
        small.replace(tower)
    return f"clip:{folder}"


@pytest.mark.slow
def test_a_kill_at_half_costs_no_vector_twice_and_changes_none(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "killed"
    code = f"import pathlib, test_encode_once as t; t.add_until_half(pathlib.Path({str(folder)!r}), {name!r})"
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    died = subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": path})
    assert died.returncode == -signal.SIGKILL
    before = (folder / "log").read_text().split()
    assert 0 < len(before) < PICTURES

    world, encoder = World(folder), features_of(name)
    resumed = ingest(folder, encoder, world)
    with writer_lease(folder / ".pinakes" / "writer.lock", "add"):
        report = add_records(resumed, records(world))
    after = (folder / "log").read_text().split()
    assert set(Counter(after).values()) == {1}
    assert len(after) == PICTURES
    assert report.features.made == PICTURES - len(before)
    assert resumed.cache.missing(after, encoder.fingerprint) == set()

    with writer_lease(folder / ".pinakes" / "writer.lock", "add"):
        again = add_records(resumed, records(world))
    assert (again.features.made, again.pictures.unchanged) == (0, PICTURES + COPIES)

    # Resumed, from the cache, alone and in a batch: bitwise the same.
    stored = resumed.cache.get_many(after, encoder.fingerprint)
    alone, batch = encoded_alone(encoder, world), encoded_together(encoder, world)
    assert stored.keys() == alone.keys() == batch.keys()
    for digest, vector in stored.items():
        assert vector.tobytes() == alone[digest].tobytes() == batch[digest].tobytes()
    resumed.cache.close()
    world.database.close()


def prepared(encoder: ImageEncoder, world: World) -> dict[str, NDArray[Any]]:
    found = {}
    with DecodePool({"picture": encoder.preparer}, {"picture": encoder.decode_size}, workers=1) as pool:
        for _, answer in pool.run(Job(n, path) for n, path in enumerate(paint(world.pictures))):
            assert isinstance(answer, Decoded)
            found[answer.sha256] = answer.prepared["picture"]
    return found


def encoded_alone(encoder: ImageEncoder, world: World) -> dict[str, NDArray[Any]]:
    return {digest: encoder.encode_images([one])[0] for digest, one in prepared(encoder, world).items()}


def encoded_together(encoder: ImageEncoder, world: World) -> dict[str, NDArray[Any]]:
    given = prepared(encoder, world)
    return dict(zip(given, encoder.encode_images(list(given.values())), strict=True))
