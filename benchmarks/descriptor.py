"""How well the built-in picture encoder tells pictures apart, and how fast, beside a pretrained MobileNet.

Run: ``python -m benchmarks.descriptor``. Needs the data folder beside the repository; the peer needs
``ai-edge-litert`` (the ``bench`` extra).

Leave-one-out nearest neighbour by cosine: the share of pictures whose nearest other picture has their label.
The descriptor is fitted on each collection, without labels. Coins: every second photo. Cocktails: their
glass, and the category of ingredients. Duplicates: the share of pictures of a pair whose other half is no
further than any third one.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pinakes.encoders.descriptor import Descriptor, fit_descriptor
from pinakes.encoders.descriptor.features import BLOCKS, LENGTH, SIZE, prepare
from pinakes.media.decode import decode

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MOBILENET = DATA / "models" / "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
MOBILENET_SIDE = 224


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pictures with one label each."""

    name: str
    paths: Sequence[Path]
    labels: Sequence[str]


def main() -> int:
    """Print every figure; return 1 if the data folder is absent."""
    if not DATA.is_dir():
        print(f"skipped: no data folder at {DATA}")
        return 1
    peer = Peer.open()
    columns = ["thumbnail", "features", "descriptor", *(["MobileNet"] if peer else [])]
    heads = " ".join(f"{column:>11}" for column in columns)
    print(f"{'top-1 of leave-one-out nearest neighbours':46} {'n':>5} {heads}")
    for collection in (fashion(), coins(), glasses(), ingredients()):
        descriptor, spaces = encode(collection.paths, peer)
        figures = " ".join(
            f"{nearest_share(vectors, collection.labels):11.3f}" for vectors in spaces.values()
        )
        print(f"{collection.name:46} {len(collection.paths):5} {figures}")
        describe(descriptor, spaces["descriptor"])
    report_pairs(peer)
    report_speed(fashion().paths)
    return 0


def fashion() -> Labelled:
    """Clothes photographed at home, 17 categories."""
    return _labelled("fashion: category", "fashion", [(r["image"], r["category"]) for r in _items("fashion")])


def coins() -> Labelled:
    """Euro coins, 8 denominations, every second photo."""
    records = [(r["image"], r["denomination"]) for r in _items("coins")]
    return _labelled("coins: denomination (every second photo)", "coins", records[::2])


def glasses() -> Labelled:
    """Cocktails by their glass."""
    drinks = [r for r in _items("cocktails") if r["kind"] == "cocktail" and r["images"] and r["glass"]]
    return _labelled("cocktails: glass", "cocktails", [(r["images"][0], r["glass"]) for r in drinks])


def ingredients() -> Labelled:
    """Ingredients of cocktails by their category."""
    things = [r for r in _items("cocktails") if r["kind"] != "cocktail" and r["images"] and r["category"]]
    return _labelled("ingredients: category", "cocktails", [(r["images"][0], r["category"]) for r in things])


class Peer:
    """A MobileNet v1 pretrained on ImageNet: uint8 224 x 224 in, 1,024 numbers out."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter

    @classmethod
    def open(cls) -> "Peer | None":
        """Load the model; None, and a line that says so, where the runtime is not installed."""
        try:
            from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 (an optional extra)
        except ModuleNotFoundError:
            print("MobileNet left out: pip install 'pinakes[bench]'")
            return None
        interpreter = Interpreter(str(MOBILENET), num_threads=1)
        interpreter.allocate_tensors()
        return cls(interpreter)

    def encode(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the dequantised vector of one picture."""
        interpreter = self._interpreter
        given = interpreter.get_input_details()[0]["index"]
        said = interpreter.get_output_details()[0]
        scale, zero = said["quantization"]
        interpreter.set_tensor(given, resize(rgb, MOBILENET_SIDE)[None])
        interpreter.invoke()
        raw = interpreter.get_tensor(said["index"]).reshape(-1)
        vector: NDArray[np.float32] = ((raw.astype(np.float32) - zero) * scale).astype(np.float32)
        return vector


def encode(paths: Sequence[Path], peer: Peer | None) -> tuple[Descriptor, Mapping[str, NDArray[np.float32]]]:
    """Encode pictures in every way that is compared, one after the other."""
    thumbnails, features, foreign = [], [], []
    for path in paths:
        data = path.read_bytes()
        rgb = decode(data, shorter_side=SIZE).rgb
        thumbnails.append(resize(rgb, 16).ravel().astype(np.float32))
        features.append(prepare(rgb))
        if peer:
            foreign.append(peer.encode(decode(data, shorter_side=MOBILENET_SIDE).rgb))
    stacked = np.stack(features)
    descriptor = fit_descriptor(stacked)
    thumbs = np.stack(thumbnails)
    spaces = {
        "thumbnail": unit(thumbs - thumbs.mean(axis=0)),
        "features": unit(stacked.astype(np.float32)),
        "descriptor": descriptor.project(stacked),
    }
    return descriptor, {**spaces, "MobileNet": unit(np.stack(foreign))} if peer else spaces


def nearest_share(vectors: NDArray[np.float32], labels: Sequence[str]) -> float:
    """Return the share of rows whose nearest other row has their label."""
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -np.inf)
    known = np.array(labels)
    return float((known[scores.argmax(axis=1)] == known).mean())


def describe(descriptor: Descriptor, vectors: NDArray[np.float32]) -> None:
    """Print how the vectors of a collection lie."""
    random = np.random.default_rng(0)
    first, second = random.integers(0, len(vectors), (2, 50_000))
    cosines = (vectors[first] * vectors[second]).sum(axis=1)[first != second]
    marks = " ".join(f"{value:+.2f}" for value in np.percentile(cosines, (1, 5, 25, 50, 75, 95, 99)))
    largest = float(np.square(vectors).mean(axis=0).max())
    print(
        f"    dim {descriptor.dim}, cosines of random pairs (percentiles 1 5 25 50 75 95 99): {marks};"
        f" largest component {largest:.1%} of the length"
    )


def report_pairs(peer: Peer | None) -> None:
    """Print how often the other half of a pair of pictures of one item is the nearest."""
    pairs = _read("duplicates/pairs.jsonl")
    names = sorted({pair[side] for pair in pairs for side in "ab"})
    place = {name: number for number, name in enumerate(names)}
    _, spaces = encode([DATA / "duplicates" / name for name in names], peer)
    for near, label in ((True, "duplicates: re-encoded or resized"), (False, "duplicates: another photo")):
        asked = [(place[p["a"]], place[p["b"]]) for p in pairs if p["near_duplicate"] is near]
        both = [(a, b) for a, b in asked if a != b] + [(b, a) for a, b in asked if a != b]
        figures = " ".join(f"{_found(vectors, both):11.3f}" for vectors in spaces.values())
        print(f"{label:46} {len(both):5} {figures}")


def report_speed(paths: Sequence[Path]) -> None:
    """Print milliseconds a picture, one thread at a time, from pixels of 512 x 683 to the vector."""
    pictures = [
        resize(decode(path.read_bytes()).rgb, 512, 683) for path in paths[:: max(1, len(paths) // 60)]
    ]
    prepared = [prepare(rgb) for rgb in pictures]
    times = [_milliseconds(partial(prepare, rgb)) for rgb in pictures for _ in range(5)]
    print(f"\nprepare, 512 x 683 pixels: p50 {statistics.median(times):.2f} ms, best {min(times):.2f} ms")
    random = np.random.default_rng(0)
    for count in (20, 2_000, 20_000):
        features = random.integers(0, 256, (count, LENGTH), dtype=np.uint8)
        wall, cpu = time.perf_counter(), time.process_time()
        descriptor = fit_descriptor(features)
        print(
            f"fit on {count} pictures: {time.perf_counter() - wall:.1f} s wall,"
            f" {time.process_time() - cpu:.1f} s of processor"
        )
    one = [_milliseconds(partial(descriptor.encode_images, [row])) for row in prepared for _ in range(5)]
    many = _milliseconds(partial(descriptor.project, features[:4_096])) / 4_096
    print(f"project: one picture p50 {statistics.median(one):.2f} ms, in batches {many:.3f} ms a picture")
    print(f"features: {LENGTH} bytes a picture, " + ", ".join(f"{b.name} {b.length}" for b in BLOCKS))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length."""
    scaled: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def resize(rgb: NDArray[np.uint8], width: int, height: int | None = None) -> NDArray[np.uint8]:
    """Resize a picture, not keeping its aspect."""
    resized = Image.fromarray(rgb).resize((width, height or width), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def _found(vectors: NDArray[np.float32], pairs: Iterable[tuple[int, int]]) -> float:
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -np.inf)
    return statistics.fmean(scores[a].max() <= scores[a, b] + 1e-6 for a, b in pairs)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def _labelled(name: str, folder: str, records: Sequence[tuple[str, str]]) -> Labelled:
    return Labelled(name, [DATA / folder / path for path, _ in records], [label for _, label in records])


def _items(folder: str) -> list[dict[str, Any]]:
    return _read(f"{folder}/items.jsonl")


def _read(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / path).read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main())
