"""Time of one search over HTTP among 100,000 items with an encoder of ViT-B/32's size in eight bits.

The weights are random, which costs what trained ones cost. Forty items have pictures, whose vectors the
encoder made, so that the space is bound to it; those of the others are generated from the spectrum of CLIP.
Each request is a new text, or a picture that was not sent before, one after the other on one connection:
encoding, search and answer. The model's fitted weight for words is 0 here, as it knows no words: by default a
text is then not encoded, so the first row gives it a weight, and the second leaves it out.
"""

import argparse
import http.client
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image

import pinakes
from benchmarks.budget import verdict
from benchmarks.clip_encoder import models
from benchmarks.decode import photo
from benchmarks.real_vectors import generated_dataset
from benchmarks.serving_load import free_port, wait_until_ready
from pinakes.collection import Collection
from pinakes.encoders.clip.encoder import open_clip_model
from pinakes.media.preparers import load_preparer
from pinakes.settings import load_settings, save_settings

ITEMS, PICTURED, REQUESTS = 100_000, 40, 100
SPACE = "vector"
WORDS = (
    "silver",
    "red",
    "dress",
    "glass",
    "mint",
    "old",
    "small",
    "flower",
    "coin",
    "blue",
    "round",
    "wooden",
)
BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
"""As long as those of browsers and libraries: one of a single letter takes 1.3 ms more to find in 3.7 MB."""
GATES = (f"synthetic.{SPACE}",)
"""Generated vectors are what this gate is there to refuse."""


def made_by(model: Path, folder: Path) -> NDArray[np.float32]:
    """Write the pictures of the collection, and return the encoder's vectors of them."""
    encoder = open_clip_model(model)
    prepare = load_preparer(encoder.preparer)
    shown = []
    for number in range(PICTURED):
        data = photo(number, 512, 384)
        (folder / f"{number}.jpg").write_bytes(data)
        shown.append(prepare(np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))))
    return np.asarray(encoder.encode_images(shown), dtype=np.float32)


def make_collection(folder: Path, model: Path) -> Path:
    """Index the items, bind their vectors to the encoder, and return the collection's folder."""
    made = made_by(model, folder)
    others = np.asarray(generated_dataset(folder, ITEMS - PICTURED).rows, dtype=np.float32)
    table = pl.DataFrame(
        {
            "id": [f"item-{number:06}" for number in range(ITEMS)],
            "title": [f"{WORDS[n % 12]} {WORDS[n // 12 % 12]} {n % 997}" for n in range(ITEMS)],
            "price": np.random.default_rng(1).uniform(1, 100, ITEMS).round(2),
            "image": [f"{n}.jpg" if n < PICTURED else None for n in range(ITEMS)],
            SPACE: np.concatenate([made, others]),
        }
    )
    table.write_parquet(folder / "items.parquet")
    collection = folder / "collection"
    pinakes.index(folder / "items.parquet", collection, waive=GATES)
    settings = load_settings(collection)
    bound = settings.spaces[SPACE].model_copy(update={"encoder": f"clip:{model}"})
    save_settings(collection, settings.model_copy(update={"spaces": {SPACE: bound}}))
    Collection(collection).sync(waive=GATES)
    return collection


def forms(pictures: Iterable[bytes]) -> list[tuple[bytes, str]]:
    """Return each picture as the body of an upload, and its content type."""
    head = b'--%s\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n' % BOUNDARY
    kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
    return [(head + data + b"\r\n--%s--\r\n" % BOUNDARY, kind) for data in pictures]


def texts(weights: Mapping[str, float]) -> list[tuple[bytes, str]]:
    """Return queries in words, no two alike, with the weights of signals."""
    asked = (f"a {WORDS[n % 12]} {WORDS[n // 12 % 12]} {n}" for n in range(REQUESTS))
    return [(json.dumps({"text": text, "weights": weights}).encode(), "application/json") for text in asked]


def times(port: int, bodies: list[tuple[bytes, str]]) -> NDArray[np.float64]:
    """Send requests one after the other; return the milliseconds that each took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for body, kind in bodies:
        begun = time.perf_counter()
        connection.request("POST", "/v1/search", body, {"Content-Type": kind})
        answer = connection.getresponse()
        said = answer.read()
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {said.decode()[:300]}")
    connection.close()
    return np.array(taken)


def measure(port: int) -> None:
    """Print the times of texts and of pictures of two sizes."""
    small = [photo(1000 + n, 512, 384) for n in range(REQUESTS)]
    phone = [photo(n, 4000, 3000) for n in range(6)]
    large = [data + bytes([n]) for n in range(REQUESTS // len(phone)) for data in phone]
    rows = (
        ("text, encoded", texts({SPACE: 1.0}), 30.0),
        ("text, words alone", texts({}), 30.0),
        (f"picture, 512-px JPEG of {len(small[0]) / 1e3:.0f} kB", forms(small), 40.0),
        (f"picture, 12-megapixel JPEG of {len(phone[0]) / 1e6:.1f} MB", forms(large), 60.0),
    )
    for name, bodies, budget in rows:
        times(port, bodies[:10])
        taken = times(port, bodies)
        p50, p95 = np.percentile(taken, [50, 95])
        print(verdict(f"{name}: p50 {p50:.1f} ms, p95", p95, budget, " ms"), flush=True)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder of model and collection, used again if there")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pinakes-latency-") as name:
        folder = asked.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "collection").exists():
            make_collection(folder, models(folder)["int8"])
        print(f"{ITEMS:,} items, {asked.workers} workers, {REQUESTS} requests each, one after the other")
        port = free_port()
        command = [sys.executable, "-m", "pinakes", "serve", str(folder / "collection"), "--port", str(port)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([*command, "--workers", str(asked.workers)], stdout=log, stderr=log)
            try:
                wait_until_ready(f"http://127.0.0.1:{port}")
                measure(port)
            finally:
                server.terminate()
                server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
