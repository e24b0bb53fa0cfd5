"""Precision and recall of near-duplicates on constructed copies and real pairs, and the speed of candidates.

    python -m benchmarks.near_duplicates [--data DIR] [--half report|tune] [--pictures N] [--sheet FILE]

Copies of N pictures of each collection lie among all of its pictures: recall is the share of (picture, copy)
that is found, end to end. Every picture's 20 nearest others are compared as well, however unlikely they
are: each that is called one photo counts against precision. Half of the pictures, by hash of their name, were
used to choose the thresholds; the other half is reported.
"""

import argparse
import hashlib
import io
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from pinakes.encoders.descriptor.encoder import fit_descriptor
from pinakes.encoders.descriptor.features import prepare
from pinakes.ingest.duplicates.agreement import compare
from pinakes.ingest.duplicates.candidates import hash_signs, pairs_by_hash, pairs_by_vector
from pinakes.ingest.duplicates.find import Pictures, classify, compare_pictures
from pinakes.ingest.duplicates.rendering import render
from pinakes.media.decode import decode
from pinakes.media.phash import phash
from pinakes.snapshots.duplicates import Kind, Pair, StoredPairs

DATA = Path(__file__).parents[1] / "../shared/data"
NEAREST = 20
ONE_PHOTO = (Kind.REENCODED, Kind.EDITED)
TRANSFORMS = (
    "resize",
    "re-encode",
    "crop 5 %",
    "crop edges",
    "watermark",
    "rotate 2",
    "brightness",
    "mirror",
)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is kept of one picture."""

    name: str
    phash: str | None
    features: NDArray[np.uint8]
    rendering: NDArray[np.uint8]


def see(name: str, data: bytes) -> Seen:
    """Decode and measure one picture."""
    rgb = decode(data, shorter_side=128).rgb
    return Seen(name, phash(rgb), prepare(rgb), render(rgb))


def copy(image: Image.Image, transform: str, name: str) -> bytes:
    """Return an edited copy of a picture, as a JPEG; what is random depends on the name alone."""
    random = np.random.default_rng(digest(name + transform)[:8])
    sign = 1 if random.random() < 0.5 else -1
    w, h = image.size
    match transform:
        case "resize":
            made = image.resize((max(1, w // 2), max(1, h // 2)), Image.Resampling.LANCZOS)
        case "crop 5 %":
            x, y = random.uniform(0, 0.05, 2) * image.size
            made = image.crop((round(x), round(y), round(x + 0.95 * w), round(y + 0.95 * h)))
        case "crop edges":
            made = image.crop((round(0.05 * w), round(0.05 * h), round(0.95 * w), round(0.95 * h)))
        case "watermark":
            made = watermarked(image, h * random.uniform(0.35, 0.65))
        case "rotate 2":
            made = image.rotate(2 * sign, Image.Resampling.BICUBIC, fillcolor="white")
        case "brightness":
            made = ImageEnhance.Brightness(image).enhance(1.0 + 0.25 * sign)
        case "mirror":
            made = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        case _:
            made = image
    file = io.BytesIO()
    made.save(file, "JPEG", quality=50 if transform == "re-encode" else 85)
    return file.getvalue()


def watermarked(image: Image.Image, y: float) -> Image.Image:
    """Write half transparent words, an eighth of the width high, across a picture."""
    layer = Image.new("RGBA", image.size)
    ImageDraw.Draw(layer).text(
        (image.width / 2, y),
        "SAMPLE PHOTO",
        font=ImageFont.load_default(size=image.width / 8),
        fill=(255, 255, 255, 140),
        anchor="mm",
        stroke_width=2,
        stroke_fill=(0, 0, 0, 140),
    )
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def digest(text: str) -> list[int]:
    """Return the sha256 of a text as numbers."""
    return list(hashlib.sha256(text.encode()).digest())


def constructed(folder: Path, half: str, count: int) -> list[tuple[Seen, Seen]]:
    """Measure copies of pictures of one half; print a table; return what was wrongly called one photo."""
    lines = [json.loads(line) for line in (folder / "items.jsonl").read_text("utf-8").splitlines()]
    originals = [see(line["image"], (folder / line["image"]).read_bytes()) for line in lines]
    mine = [i for i, o in enumerate(originals) if (digest(o.name)[0] & 1) == (half == "report")]
    chosen = sorted(mine, key=lambda i: digest(originals[i].name))[:count]
    copies: dict[str, tuple[str, str]] = {}
    everything = list(originals)
    for i in chosen:
        with Image.open(folder / originals[i].name) as image:
            upright = image.convert("RGB")
        for transform in TRANSFORMS:
            seen = see(f"{originals[i].name} {transform}", copy(upright, transform, originals[i].name))
            copies[seen.name] = (originals[i].name, transform)
            everything.append(seen)
    encoder = fit_descriptor(np.stack([o.features for o in originals]))
    vectors = encoder.project(np.stack([s.features for s in everything]))
    found = {(p.first, p.second): p for p in find(everything, vectors)}
    print(
        f"\n{folder.name}: {len(originals)} pictures, {len(TRANSFORMS)} copies of {len(chosen)} ({half} half)"
    )
    print(f"  {'copy':12} {'recall':>7}   kinds")
    hits = 0
    for transform in TRANSFORMS:
        kinds = Counter(
            pair_kind(found, name, original) for name, (original, t) in copies.items() if t == transform
        )
        right = sum(kinds[kind] for kind in ONE_PHOTO)
        hits += right
        told = ", ".join(f"{kind or 'missed'} {n}" for kind, n in kinds.most_common())
        print(f"  {transform:12} {right / len(chosen):7.3f}   {told}")
    wrong, scenes = nearest_others(originals, vectors[: len(originals)], chosen)
    precision = hits / (hits + len(wrong))
    print(f"  all: recall {hits / len(copies):.4f} (n = {len(copies)}), precision {precision:.4f}")
    print(f"  of {NEAREST * len(chosen)} nearest others: one photo {len(wrong)}, another photo {scenes}")
    return wrong


def find(pictures: Sequence[Seen], vectors: NDArray[np.float32]) -> tuple[Pair, ...]:
    """Search pictures for near-duplicates, with their names in the place of digests."""
    order = sorted(range(len(pictures)), key=lambda i: pictures[i].name)
    by_name = {picture.name: picture.rendering for picture in pictures}
    table = Pictures(
        tuple(pictures[i].name for i in order), tuple(pictures[i].phash for i in order), vectors[order]
    )
    compared = compare_pictures(table, lambda names: {name: by_name[name] for name in names})
    return StoredPairs(compared.drop_nulls("kind"), covered=1).pairs


def pair_kind(found: Mapping[tuple[str, str], Pair], a: str, b: str) -> Kind | None:
    """Return how two pictures were found to be related."""
    pair = found.get((min(a, b), max(a, b)))
    return pair.kind if pair else None


def nearest_others(
    originals: Sequence[Seen], vectors: NDArray[np.float32], chosen: Sequence[int]
) -> tuple[list[tuple[Seen, Seen]], int]:
    """Compare each chosen picture with its 20 nearest others, mirrored too.

    Returns:
        (those that were called one photo; how many were called another photo of the same thing).
    """
    cosines = vectors[chosen] @ vectors.T
    cosines[np.arange(len(chosen)), chosen] = -2.0
    near = np.argsort(-cosines, axis=1)[:, :NEAREST]
    pairs = [(originals[i], originals[j]) for i, row in zip(chosen, near.tolist(), strict=True) for j in row]
    kinds = [
        max_kind(a, b) for a, b in zip(judge(pairs, mirror=False), judge(pairs, mirror=True), strict=True)
    ]
    wrong = [pair for pair, kind in zip(pairs, kinds, strict=True) if kind in ONE_PHOTO]
    return wrong, sum(kind is Kind.OTHER_PHOTO for kind in kinds)


def judge(pairs: Sequence[tuple[Seen, Seen]], *, mirror: bool) -> list[Kind | None]:
    """Compare pairs of pictures."""
    first = np.stack([min(pair, key=lambda s: s.name).rendering for pair in pairs])
    second = np.stack([max(pair, key=lambda s: s.name).rendering for pair in pairs])
    second = second[:, :, ::-1] if mirror else second
    return classify(compare(first, second), mirror=mirror)


def max_kind(a: Kind | None, b: Kind | None) -> Kind | None:
    """Return the closer one of two kinds."""
    return max((a, b), key=lambda kind: -1 if kind is None else kind.closeness)


def real(folder: Path) -> list[tuple[Seen, Seen]]:
    """Judge the real pairs; print what they were called; return those that were judged wrongly."""
    lines = [json.loads(line) for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines()]
    names = sorted({line[side] for line in lines for side in "ab"})
    seen = {name: see(name, (folder / name).read_bytes()) for name in names}
    vectors = fit_descriptor(np.stack([s.features for s in seen.values()])).project(
        np.stack([s.features for s in seen.values()])
    )
    found = {(p.first, p.second): p for p in find(list(seen.values()), vectors)}
    print(f"\n{folder.name}: {len(lines)} real pairs among {len(names)} pictures")
    failed = []
    for near in (True, False):
        told: Counter[str] = Counter()
        for line in (line for line in lines if line["near_duplicate"] is near):
            kind = pair_kind(found, line["a"], line["b"])
            told[kind or "not related"] += 1
            if (kind in ONE_PHOTO) is not near:
                failed.append((seen[line["a"]], seen[line["b"]]))
        print(f"  {'near-duplicate' if near else 'another photo':15} {dict(told)}")
    return failed


def speed(n: int, dim: int) -> None:
    """Time the search for candidates among generated pictures, a tenth of which have a copy."""
    random = np.random.default_rng(0)
    vectors = random.standard_normal((n, dim), dtype=np.float32)
    vectors[: n // 10] = vectors[-(n // 10) :] + 0.3 * vectors[: n // 10]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    signs = hash_signs([f"{h:016x}" for h in random.integers(0, 2**63, n).tolist()])
    start, processor = time.perf_counter(), time.process_time()
    count = len(pairs_by_vector(vectors))
    middle = time.perf_counter()
    pairs_by_hash(signs, mirror=False)
    pairs_by_hash(signs, mirror=True)
    end = time.perf_counter()
    print(
        f"\ncandidates among {n:,} x {dim}: vectors {middle - start:.1f} s ({count:,} pairs), "
        f"hashes upright and mirrored {end - middle:.1f} s, together {end - start:.1f} s "
        f"({time.process_time() - processor:.0f} s of processor time)"
    )


def write_sheet(path: Path, pairs: Iterable[tuple[Seen, Seen]]) -> None:
    """Draw pairs side by side, five in a row."""
    tiles = [np.hstack([a.rendering, b.rendering, np.full((96, 8), 255, np.uint8)]) for a, b in pairs]
    tiles += [np.full((96, 200), 255, np.uint8)] * (-len(tiles) % 5)
    if tiles:
        Image.fromarray(np.vstack([np.hstack(tiles[i : i + 5]) for i in range(0, len(tiles), 5)])).save(path)


def main(arguments: Any = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder with fashion, coins and duplicates")
    parser.add_argument("--half", choices=("report", "tune"), default="report", help="half of the pictures")
    parser.add_argument("--pictures", type=int, default=150, help="pictures of each collection to copy")
    parser.add_argument("--size", type=int, default=100_000, help="vectors in the measurement of speed")
    parser.add_argument("--sheet", type=Path, help="PNG file to draw the failures into")
    given = parser.parse_args(arguments)
    failures: list[tuple[Seen, Seen]] = []
    if given.data.exists():
        for name in ("fashion", "coins"):
            failures += constructed(given.data / name, given.half, given.pictures)
        failures += real(given.data / "duplicates")
    else:
        print(f"needs the pictures in {given.data}: only speed is measured")
    if given.sheet:
        write_sheet(given.sheet, failures)
    if given.size:
        speed(given.size, 512)


if __name__ == "__main__":
    main()
