"""Memory of one worker that serves 100,000 items with vectors of 512 dimensions and the built-in encoder.

The vectors are generated and brought; sixty items have pictures, so that the built-in encoder is loaded and
its space is searched too. The figure is the proportional set size of all processes of the service, the one
that decodes pictures included, after searches by vector, by words, by picture and under filters.
"""

import io
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import numpy as np
import polars as pl

import pinakes
from benchmarks import serving_load
from benchmarks.budget import verdict
from benchmarks.decode import photo
from benchmarks.real_vectors import generated_dataset
from benchmarks.serving_load import free_port, wait_until_ready
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.memory import resident

ITEMS, PICTURED, QUERIES = 100_000, 60, 200


def make_collection(folder: Path, vectors: Dataset) -> Path:
    """Index the items, and return the collection's folder."""
    for number in range(PICTURED):
        (folder / f"{number}.jpg").write_bytes(photo(number, 512, 384))
    table = pl.DataFrame(
        {
            "id": [f"item-{number:06}" for number in range(ITEMS)],
            "title": [f"Item {number} of shelf {number % 97}" for number in range(ITEMS)],
            "price": np.random.default_rng(2).uniform(1, 100, ITEMS).round(2),
            "shelf": [f"shelf {number % 97}" for number in range(ITEMS)],
            "image": [f"{number}.jpg" if number < PICTURED else None for number in range(ITEMS)],
            "vector": np.asarray(vectors.rows, dtype=np.float32),
        }
    )
    table.write_parquet(folder / "items.parquet")
    pinakes.index(folder / "items.parquet", folder / "collection", waive=serving_load.GATES)
    return folder / "collection"


def search(url: str, query: dict[str, object], picture: bytes | None = None) -> None:
    """Send one query, and read its answer."""
    body, kind = json.dumps(query).encode(), "application/json"
    if picture is not None:
        form = io.BytesIO()
        form.write(b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n')
        form.write(picture + b"\r\n--b--\r\n")
        body, kind = form.getvalue(), "multipart/form-data; boundary=b"
    request = urllib.request.Request(f"{url}/v1/search", body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def main() -> int:
    """Print the figure."""
    with tempfile.TemporaryDirectory(prefix="pinakes-memory-") as name:
        folder = Path(name)
        vectors = generated_dataset(folder, ITEMS)
        collection = make_collection(folder, vectors)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "pinakes", "serve", str(collection), "--port", str(port)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                wait_until_ready(url)
                for number, row in enumerate(vectors.queries["picture"][:QUERIES]):
                    search(url, {"vector": row.tolist()})
                    search(url, {"text": f"item {number} shelf"})
                    search(url, {"vector": row.tolist(), "where": f"price < {number % 90 + 1}"})
                for number in range(PICTURED):
                    search(url, {}, photo(1000 + number, 512, 384))
                used = resident(server.pid).all / 2**20
                print(verdict(f"{ITEMS:,} items, one worker, proportional set size", used, 500, " MB"))
            finally:
                server.terminate()
                server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
