"""The page about the collection: what is served, how it was checked, and what was left out."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pinakes.catalog.database import open_to_read
from pinakes.catalog.quarantine import Entry, count_reasons, read_entries
from pinakes.engine import Engine
from pinakes.serving.pages.site import Site
from pinakes.serving.pages.twins import twins_of
from pinakes.snapshots.blocks import read_blocks
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.manifest import Manifest
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.refs import Move, list_refs, read_ref

EXAMPLES = 3
"""Entries that are shown of each reason."""

MOVES = 10
"""Moves of a ref that are shown, newest first."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was left out for one reason.

    Attributes:
        code: the reason, as in `pinakes.media.reasons` and the validation of records.
        examples: some of the entries.
    """

    code: str
    count: int
    examples: tuple[Entry, ...]


def collection_values(engine: Engine, site: Site) -> dict[str, Any]:
    """Return what the template ``collection.html`` shows.

    Raises:
        IntegrityError: a manifest is damaged.
        StorageError: the catalogue cannot be read.
    """
    manifests = [open_snapshot(engine.paths, pin.name).manifest for pin in engine.release.snapshots]
    base = manifests[0]
    left_out = _left_out(engine.paths)
    return {
        "site": site,
        "about": {
            "release": site.release,
            "figures": _figures(engine, site, manifests),
            "snapshots": manifests,
            "spaces": base.encoders,
            "refs": _refs(engine.paths),
            "twins": twins_of(engine),
            "gates": [gate for manifest in manifests for gate in manifest.gates],
            "quarantine": left_out,
            "quarantined": sum(reason.count for reason in left_out),
            "coverage": sorted(
                ((name, base.schema.get(name, ""), share) for name, share in base.coverage.items()),
                key=lambda row: (-row[2], row[0]),
            ),
        },
    }


def _figures(engine: Engine, site: Site, manifests: list[Manifest]) -> list[tuple[str, int]]:
    gates = Counter(gate.status for manifest in manifests for gate in manifest.gates)
    figures = [
        ("items", site.items),
        ("pictures", sum(manifest.counts.media for manifest in manifests)),
        ("gates passed", gates["pass"]),
        ("gates failed", gates["fail"]),
        ("taken down", len(read_blocks(engine.paths).ids)),
    ]
    return [(name, number) for name, number in figures if number or name in ("items", "pictures")]


def _refs(paths: CollectionPaths) -> list[tuple[str, tuple[Move, ...]]]:
    """Return every ref with its last moves, the one that is served by default first."""
    names = sorted(list_refs(paths), key=lambda name: (name != "live", name))
    return [(name, read_ref(paths, name).history[:MOVES]) for name in names]


def _left_out(paths: CollectionPaths) -> list[LeftOut]:
    """Return why things were left out, the most frequent reason first."""
    if not paths.catalog_db.exists():
        return []
    database = open_to_read(paths.catalog_db)
    try:
        with database.read() as connection:
            counts = count_reasons(connection)
            examples: dict[str, list[Entry]] = {code: [] for code in counts}
            for entry in read_entries(connection):
                if len(examples[entry.reason]) < EXAMPLES:
                    examples[entry.reason].append(entry)
                elif all(len(found) >= min(EXAMPLES, counts[code]) for code, found in examples.items()):
                    break
    finally:
        database.close()
    return [LeftOut(code, count, tuple(examples[code])) for code, count in counts.most_common()]
