"""A CLIP model of ViT-B/32's size with random weights: one picture and batches, fp32 and int8.

    python -m benchmarks.clip_encoder [--pictures N] [--folder DIR]

``encoder`` is what Pinakes runs: every row alone, as many at once as there are cores, one thread each.
The batches are ONNX Runtime with one thread a core, on a model that takes batches. ``end to end`` reads,
decodes and prepares 512-px JPEGs in the pool, encodes them meanwhile and stores the vectors. The torch peer
(the same architecture of torch's own layers, one thread a core) runs only where torch is installed. Random
weights cost what trained ones cost. On a machine that is busy with other things, compare the processor times.
"""

import argparse
import importlib
import importlib.util
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.decode import photo
from pinakes.bench.machine import describe_machine
from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.encoders.clip.encoder import ClipEncoder, open_clip_model
from pinakes.encoders.clip.layout import find_files
from pinakes.encoders.clip.quantise import quantise
from pinakes.errors import MediaError
from pinakes.ingest.features import BATCH, FeatureBatches
from pinakes.media.job import Job
from pinakes.media.pool import DecodePool
from pinakes.media.preparers import load_preparer
from pinakes.testing.random_clip import VIT_B_32, write_random_clip

Prepared: TypeAlias = Sequence[NDArray[np.generic]]

BATCHES = (1, 8, 32)
TURNS = 3
"""How often the encoder alone and the whole way are measured in turns."""


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that some work takes: by the clock, and of this process's processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def report(name: str, pictures: int, seconds: tuple[float, float], more: str = "") -> float:
    """Print and return pictures a second."""
    rate, each = pictures / seconds[0], 1000 * seconds[1] / pictures
    print(f"  {name:26} {rate:7.1f} pictures/s   processor {each:6.1f} ms each   {more}".rstrip())
    return rate


def models(folder: Path) -> dict[str, Path]:
    """Write the model in both precisions where it is not there yet; return their folders."""
    single, small = folder / "fp32", folder / "int8"
    for path in (single, small):
        if not path.exists():
            write_random_clip(path, replace(VIT_B_32, batch=True))
    for tower in ("visual", "textual"):
        source, target = (path / tower / "model.onnx" for path in (single, small))
        if target.stat().st_size == source.stat().st_size:
            quantise(source, target)
    return {"fp32": single, "int8": small}


def single_query(encoder: ClipEncoder, pictures: Sequence[NDArray[np.uint8]]) -> None:
    """Print the latency of one picture and of one text."""
    prepare = load_preparer(encoder.preparer)
    prepared = [prepare(picture) for picture in pictures]
    encoder.encode_images(prepared[:1])
    encoder.encode_texts(["warm"])
    steps: dict[str, Callable[[int], object]] = {
        "prepare 512 px": lambda n: prepare(pictures[n]),
        "one picture, prepared": lambda n: encoder.encode_images([prepared[n]]),
        "one text": lambda n: encoder.encode_texts([f"a red dress {n}"]),
    }
    for name, step in steps.items():
        times = [timed(partial(step, n)) for n in range(len(pictures))]
        clock, processor = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        fastest = 1000 * min(times)[0]
        print(
            f"  {name:26} p50 {clock:6.1f} ms, fastest {fastest:6.1f} ms, processor p50 {processor:6.1f} ms"
        )


def run_batches(session: Any, chunks: Sequence[NDArray[Any]], found: list[NDArray[np.float32]]) -> None:
    """Append the vectors of each chunk."""
    found.extend(session.run(None, {"image": chunk})[0] for chunk in chunks)


def batches(path: Path, encoder: ClipEncoder, prepared: Prepared) -> None:
    """Print pictures a second of ONNX Runtime itself, by batch, and whether the batch changes a vector."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    rows = np.concatenate([encoder.preprocessing.normalise(picture) for picture in prepared])
    alone = encoder.encode_images(prepared)
    for size in BATCHES:
        chunks = [rows[start : start + size] for start in range(0, len(rows) - size + 1, size)]
        found: list[NDArray[np.float32]] = []
        seconds = timed(partial(run_batches, session, chunks, found))
        vectors = np.concatenate(found)
        wanted = alone[: len(vectors)]
        near = np.allclose(vectors, wanted, rtol=0, atol=1e-7)
        cosine = float((vectors * wanted).sum(axis=1).min())
        said = "same vectors as alone" if near else f"smallest cosine to alone {cosine:.6f}"
        report(f"batches of {size}", len(vectors), seconds, said)


def encode_files(encoder: ClipEncoder, pool: DecodePool, files: Sequence[Path]) -> None:
    """Do what an ingest does with new pictures, from files to vectors in a feature cache."""
    with tempfile.TemporaryDirectory() as name:
        cache = SQLiteCache(Path(name) / "features.db").open()
        batches = FeatureBatches({"clip": encoder}, cache)
        for job, answer in pool.run(Job(n, path=file) for n, file in enumerate(files)):
            if isinstance(answer, MediaError):
                raise answer
            batches.add(str(job.key), answer.prepared)  # the files repeat, the keys do not
        batches.flush()
        cache.close()


def end_to_end(encoder: ClipEncoder, files: Sequence[Path], prepared: Prepared) -> float:
    """Print pictures a second from files to vectors, and its share of the encoder alone, which is returned.

    Both take turns, so that whatever else the machine does befalls both.
    """
    whole, alone = [0.0, 0.0], [0.0, 0.0]
    with DecodePool({"clip": encoder.preparer}, {"clip": encoder.decode_size}, background=True) as pool:
        encode_files(encoder, pool, files[:BATCH])
        for _ in range(TURNS):
            for sums, work in (
                (alone, partial(encoder.encode_images, prepared[: len(files)])),
                (whole, partial(encode_files, encoder, pool, files)),
            ):
                clock, processor = timed(work)
                sums[0] += clock
                sums[1] += processor
    count = TURNS * len(files)
    rate = report("encoder alone, in turns", count, (alone[0], alone[1]))
    share = f"{alone[0] / whole[0]:.2f} of the encoder alone"
    report("end to end, 512-px JPEG", count, (whole[0], whole[1]), share)
    return rate


def torch_peer(encoder: ClipEncoder, prepared: Prepared, rate: float) -> None:
    """Print what torch makes of the same architecture in single precision, where it is installed.

    Args:
        encoder: prepares the pictures.
        prepared: pictures.
        rate: pictures a second of ``encoder`` in 8 bits, warm, which is compared with torch's best.
    """
    if not importlib.util.find_spec("torch"):
        print("torch: not installed, so not measured")
        return
    torch = importlib.import_module("torch")
    width, rows = VIT_B_32.width, np.concatenate([encoder.preprocessing.normalise(p) for p in prepared])
    cut = torch.nn.Conv2d(3, width, VIT_B_32.patch, VIT_B_32.patch, bias=False)
    block = torch.nn.TransformerEncoderLayer(
        width, width // 64, 4 * width, activation="gelu", batch_first=True, norm_first=True
    )
    blocks = torch.nn.TransformerEncoder(block, VIT_B_32.layers, enable_nested_tensor=False).eval()
    project = torch.nn.Linear(width, VIT_B_32.dim)

    def encode(pictures: Any) -> Any:
        patches = cut(pictures).flatten(2).transpose(1, 2)
        tokens = torch.cat(
            [patches[:, :1], patches], dim=1
        )  # what stands first costs what a class token costs
        return project(blocks(tokens)[:, 0])

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    print(f"torch {torch.__version__}, fp32, {torch.get_num_threads()} threads")
    with torch.no_grad():
        encode(torch.from_numpy(rows[:1]))
        rates = [
            report(f"batches of {size}", len(rows), timed(partial(list, map(encode, parts))))
            for size, parts in ((size, torch.from_numpy(rows).split(size)) for size in BATCHES)
        ]
    print(f"  int8, every row as if alone, is {rate / max(rates):.2f} times torch's best")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=128, help="pictures to encode")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the models are kept; default: nowhere"
    )
    parser.add_argument("--quick", action="store_true", help="int8 only, without the batches")
    arguments = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        contents = [photo(seed, 512, 512) for seed in range(8)]
        files = [Path(name) / f"{n}.jpg" for n in range(arguments.pictures)]
        for n, file in enumerate(files):
            file.write_bytes(contents[n % len(contents)])
        random = np.random.default_rng(0)
        pictures = [random.integers(0, 256, (512, 512, 3), dtype=np.uint8) for _ in range(24)]
        for precision, path in models(arguments.folder or Path(name)).items():
            if arguments.quick and precision != "int8":
                continue
            weights = sum(p.stat().st_size for p in path.rglob("*.onnx")) / 1e6
            print(f"{precision}: {weights:.0f} MB, hashed in {timed(find_files(path).fingerprint)[0]:.2f} s")
            encoder = open_clip_model(path)
            prepare = load_preparer(encoder.preparer)
            prepared = [prepare(picture) for picture in pictures] * (arguments.pictures // 24 + 1)
            single_query(encoder, pictures)
            rate = end_to_end(encoder, files, prepared)
            if not arguments.quick:
                batches(path / "visual/model.onnx", encoder, prepared[:64])
        torch_peer(encoder, prepared[:64], rate)


if __name__ == "__main__":
    main()
