"""The vectors that recall is judged on: CLIP's pictures and texts, our descriptor's, and generated ones."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import pinakes
from pinakes.bench.data.dataset import Dataset, extend_dataset, generate_dataset
from pinakes.bench.data.spectrum import CLIP

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

QUERIES = 240
"""Generated queries of each kind; real data sets bring their own."""


def real_datasets(work: Path, rows: int) -> Iterator[Dataset]:
    """Yield the real distributions, each filled up to so many rows from its own spectrum.

    The pictures are 1,000 photos by CLIP ViT-B/32, a fifth of them held out as queries; the texts are
    99 descriptions asked of the 99 products that they describe; the descriptors are those of
    1,664 garments and 2,830 coins, a fifth held out.
    """
    vectors = DATA / "clip_vectors"
    if not vectors.is_dir():
        print(f"no real vectors: there is no folder {vectors}")
        return
    photos = np.load(vectors / "flickr8k1000_clip_embeddings.npy")
    yield extend_dataset(work / f"clip-pictures-{rows}", photos, {}, name="CLIP pictures", rows=rows)
    products = np.load(vectors / "myntra99_image_embeddings.npy")
    texts = {"text": np.load(vectors / "myntra99_text_embeddings.npy")}
    yield extend_dataset(work / f"clip-texts-{rows}", products, texts, name="CLIP products", rows=rows)
    described = _descriptors(work / "descriptors.npy")
    yield extend_dataset(work / f"descriptors-{rows}", described, {}, name="picture descriptors", rows=rows)


def generated_dataset(work: Path, rows: int) -> Dataset:
    """Return generated vectors with picture and text queries."""
    return generate_dataset(work / f"clip-{rows}-0", CLIP, rows=rows, queries=QUERIES)


def _descriptors(kept: Path) -> NDArray[np.float32]:
    """Return the descriptor vectors of the pictures beside the repository, computed once."""
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            found = []
            for source in ("fashion", "coins"):
                pinakes.index(DATA / source, Path(folder) / source)
                with pinakes.open(Path(folder) / source) as engine:
                    found.append(engine.vectors("picture")[1])
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, np.concatenate(found))
    vectors: NDArray[np.float32] = np.load(kept)
    return vectors
