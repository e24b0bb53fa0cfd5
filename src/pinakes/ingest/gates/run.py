"""Running all gates over what is about to be frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pinakes.errors import GateError, UnknownNameError
from pinakes.ingest.gates.attributes import coverage, required
from pinakes.ingest.gates.records import counts_agree, ids_unique, items_have_content, no_orphans
from pinakes.ingest.gates.self_retrieval import Reencode, self_retrieval
from pinakes.ingest.gates.synthetic import synthetic
from pinakes.ingest.gates.vectors import finite, norms
from pinakes.ingest.gates.verdict import not_applicable
from pinakes.settings import Settings
from pinakes.snapshots.contents import SnapshotContents
from pinakes.snapshots.manifest import GateResult

TABLE_GATES = ("counts", "ids", "orphans", "content")
SPACE_GATES = ("norms", "finite", "synthetic", "self_retrieval")
ATTRIBUTE_GATES = ("required", "coverage")


@dataclass(frozen=True, slots=True)
class Demands:
    """What a collection demands of its snapshots beyond the gates that always run.

    Attributes:
        required: attributes that every item must have.
        coverage: share of items that must have a value, by attribute.
        self_retrieval: share of sampled pictures that must find themselves.
        waive: gates that may fail, such as ``coverage`` (all of them) or ``coverage.period``.
    """

    required: tuple[str, ...] = ()
    coverage: Mapping[str, float] = field(default_factory=dict)
    self_retrieval: float = 0.95
    waive: tuple[str, ...] = ()

    @staticmethod
    def of(settings: Settings, waive: Iterable[str] = ()) -> Demands:
        """Take them from the settings.

        Args:
            settings: of the collection; live attributes are not frozen, so nothing is demanded of them.
            waive: gates that may fail, beside those that the settings waive.
        """
        frozen = {n: a for n, a in settings.attributes.items() if n not in settings.live.fields}
        return Demands(
            required=tuple(name for name, attribute in frozen.items() if attribute.required),
            coverage={name: attribute.coverage for name, attribute in frozen.items() if attribute.coverage},
            self_retrieval=settings.gates.self_retrieval,
            waive=(*settings.gates.waive, *waive),
        )


def run_gates(
    contents: SnapshotContents,
    demands: Demands,
    expected: Mapping[str, int],
    reencode: Mapping[str, Reencode],
) -> tuple[GateResult, ...]:
    """Run every gate; of a delta the cheap ones, as its few items say little of the collection.

    Args:
        contents: what is about to be written.
        demands: of the collection.
        expected: how many rows there must be, as counted where they came from: ``items``, ``views``,
            ``tombstones``, ``vectors.<space>``.
        reencode: encodes pictures again, by space; a space without it is not measured by self-retrieval.

    Returns:
        One result for each gate, space and attribute, always in the same order.

    Raises:
        UnknownNameError: a waived gate does not exist.
    """
    _check_waivers(contents, demands)
    results = (
        *_table_gates(contents, expected),
        *_attribute_gates(contents, demands),
        *_space_gates(contents, demands, reencode),
    )
    return tuple(_waived(result, demands.waive) for result in results)


def raise_failures(results: Iterable[GateResult]) -> None:
    """Stop the freeze unless every gate passed, was waived, or had nothing to measure.

    Raises:
        GateError: names each gate that failed, with what it found.
    """
    failures = [f"{r.name}: {r.detail}" for r in results if r.status == "fail" and not r.waived]
    if failures:
        raise GateError(failures)


def _table_gates(contents: SnapshotContents, expected: Mapping[str, int]) -> Iterator[GateResult]:
    items, views = contents.items, contents.views
    rows = [part.rows for part in contents.spaces.values()]
    vectors = {f"vectors.{space}": part for space, part in contents.spaces.items()}
    found = {
        "items": items.height,
        "views": views.height,
        "tombstones": 0 if contents.tombstones is None else contents.tombstones.height,
        **{name: len(part.vectors) for name, part in vectors.items()},
    }
    # Each space's vectors and its table of rows are counted against each other, whatever else is expected.
    yield counts_agree(found, {**{name: part.rows.height for name, part in vectors.items()}, **expected})
    yield ids_unique(items["id"])
    yield no_orphans(items.height, views, rows)
    yield items_have_content(items, views, rows)


def _attribute_gates(contents: SnapshotContents, demands: Demands) -> Iterator[GateResult]:
    yield from (required(contents.items, name) for name in demands.required)
    for name, limit in demands.coverage.items():
        yield _of_base(contents, f"coverage.{name}") or coverage(contents.items, name, limit)


def _space_gates(
    contents: SnapshotContents, demands: Demands, reencode: Mapping[str, Reencode]
) -> Iterator[GateResult]:
    for space, part in contents.spaces.items():
        yield norms(space, part.vectors)
        yield finite(space, part.vectors)
        yield _of_base(contents, f"synthetic.{space}") or synthetic(space, part.vectors)
        name, encode = f"self_retrieval.{space}", reencode.get(space)
        if encode is None:
            yield not_applicable(name, "no encoder of pictures makes the vectors of this space")
            continue
        yield _of_base(contents, name) or self_retrieval(
            space, part.vectors, part.rows, contents.views, reencode=encode, limit=demands.self_retrieval
        )


def _of_base(contents: SnapshotContents, name: str) -> GateResult | None:
    """Return that a gate does not apply where the snapshot is a delta."""
    return None if contents.parent is None else not_applicable(name, "measured on a base, not on a delta")


def _check_waivers(contents: SnapshotContents, demands: Demands) -> None:
    known = {
        *TABLE_GATES,
        *SPACE_GATES,
        *ATTRIBUTE_GATES,
        *(f"{gate}.{space}" for gate in SPACE_GATES for space in contents.spaces),
        *(f"required.{name}" for name in demands.required),
        *(f"coverage.{name}" for name in demands.coverage),
    }
    for name in demands.waive:
        if name not in known:
            raise UnknownNameError("gate", name, known)


def _waived(result: GateResult, waive: Collection[str]) -> GateResult:
    named = result.name in waive or result.name.partition(".")[0] in waive
    return replace(result, waived=True) if named and result.status == "fail" else result
