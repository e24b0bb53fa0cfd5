"""Items with two pictures, by best view, mean and role to role: leave-one-out top-1 of coins.

    python -m benchmarks.item_scores [--data DIR] [--coins N] [--drawn N]

Two collections. Photos of euro coins have no sides in their labels: two photos of one denomination, drawn at
random, are taken for the two sides of an item, so that roles carry nothing and only the number of photos
counts. Generated coins have true sides.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pinakes
from pinakes.engine import Engine
from pinakes.samples.gallery import generate_gallery
from pinakes.types import ItemScore

DATA = Path(__file__).parents[2] / "shared" / "data"
SEED = 7


def paired_coins(folder: Path, into: Path, count: int) -> None:
    """Index items of two photos of one denomination each."""
    lines = [json.loads(line) for line in (folder / "items.jsonl").read_text("utf-8").splitlines()]
    shuffler, by_label = random.Random(SEED), dict[str, list[str]]()
    shuffler.shuffle(lines)
    for line in lines[: 2 * count]:
        by_label.setdefault(line["denomination"], []).append(line["image"])
    rows = [
        {
            "id": f"{label}-{n:04}",
            "family": "coin",
            "denomination": label,
            "obverse": first,
            "reverse": second,
        }
        for label, files in sorted(by_label.items())
        for n, (first, second) in enumerate(zip(files[::2], files[1::2], strict=False))
    ]
    source = into.with_suffix(".source")
    source.mkdir()
    (source / "images").symlink_to((folder / "images").resolve())
    table = source / "coins.jsonl"
    table.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    pinakes.index(table, into, views={"obverse": "obverse", "reverse": "reverse"}, waive=("self_retrieval",))


def top1(engine: Engine, score: ItemScore, labels: Sequence[str], where: str) -> float:
    """Return the share of items whose nearest other item has the same labels."""
    found = engine.search(where=where, top=10_000, collapse=False)
    right = 0
    for hit in found:
        nearest = engine.search(like=hit.id, where=where, score=score, top=1, collapse=False)[0]
        right += all(nearest.attributes.get(name) == hit.attributes.get(name) for name in labels)
    return right / len(found)


def single(engine: Engine, labels: Sequence[str], where: str) -> float:
    """Return the same for items that are known by their obverse only: what a second photo adds to."""
    ids, rows = engine.vectors("picture")
    kept = {hit.id: hit.attributes for hit in engine.search(where=where, top=10_000, collapse=False)}
    firsts = [row for row, item in enumerate(ids) if item in kept and ids.index(item) == row]
    cosines = rows[firsts] @ rows[firsts].T
    cosines[range(len(firsts)), range(len(firsts))] = -2.0
    known = [kept[ids[row]] for row in firsts]
    nearest = cosines.argmax(axis=1).tolist()
    same = [all(known[n].get(x) == known[i].get(x) for x in labels) for i, n in enumerate(nearest)]
    return sum(same) / len(same)


def report(title: str, engine: Engine, labels: Sequence[str], where: str) -> None:
    """Print one line for each kind of score."""
    print(f"\n{title}: {len(engine.search(where=where, top=10_000, collapse=False))} items")
    print(f"  {'one picture':12} {single(engine, labels, where):.3f}")
    for score in get_args(ItemScore):
        print(f"  {score:12} {top1(engine, score, labels, where):.3f}", flush=True)


def main(arguments: Any = None) -> int:
    """Print the table; return 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder with coins")
    parser.add_argument("--coins", type=int, default=1400, help="items of two photos of euro coins")
    parser.add_argument("--drawn", type=int, default=150, help="generated coins")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if given.data.exists():
            paired_coins(given.data / "coins", Path(folder) / "coins", given.coins)
            with pinakes.open(Path(folder) / "coins") as engine:
                report("photos of euro coins, denomination", engine, ["denomination"], "id != ''")
        else:
            print(f"needs the photos in {given.data}: only generated coins are measured")
        generate_gallery(Path(folder) / "drawn", size=5 * given.drawn)
        pinakes.index(Path(folder) / "drawn")
        with pinakes.open(Path(folder) / "drawn") as engine:
            report("generated coins, denomination", engine, ["denomination"], "family = 'coin'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
