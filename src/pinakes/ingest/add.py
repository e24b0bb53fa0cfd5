"""Add: the idempotent upsert from a source to the catalogue."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from pinakes.catalog.database import Database
from pinakes.catalog.items import count_items, count_seen
from pinakes.catalog.quarantine import clear_before, count_reasons
from pinakes.errors import IntegrityError, SourceError
from pinakes.ingest.delete import prune_unseen
from pinakes.ingest.pipeline import Ingest, Pipeline
from pinakes.ingest.report import AddReport, FeatureCounts, PictureCounts
from pinakes.ingest.runs import recorded_run
from pinakes.sources.base import Record, Rejection, Source


def add_records(ingest: Ingest, source: Source, *, prune: bool = False, verb: str = "add") -> AddReport:
    """Bring the catalogue to the state of a source; run again, it does only what is left to do.

    A kill at any moment loses at most the chunk that was under way. What was committed is not done again:
    files that have not changed are not read, and features are made once per picture and encoder.

    Args:
        ingest: what to work with; the caller holds the writer lease.
        source: read once, as a whole.
        prune: delete the items for which the source gave none this time, unless it gave none at all.
        verb: under which the run is recorded.

    Returns:
        What was done, in numbers that add up.

    Raises:
        SourceError: the source cannot be read, or no further; what was committed stays, nothing is pruned.
        StorageError: the disk refused.
        IntegrityError: the catalogue does not hold what was put into it.
    """
    started = time.monotonic()
    with recorded_run(ingest.database, verb) as run:
        Pipeline(ingest, run.id, run.counts).bring(source.records())
        _check(ingest, run.id, run.counts)
        with ingest.database.write() as connection:
            clear_before(connection, run.id)
            run.counts["vanished"] = count_items(connection) - count_seen(connection, run.id)
        if prune and _report(run.counts, 0.0).items:
            for number in prune_unseen(ingest.database, run.id):
                run.counts["pruned"] += number
    return _report(run.counts, time.monotonic() - started)


def upsert_records(
    ingest: Ingest, records: Iterable[Record | Rejection], *, verb: str = "upsert"
) -> AddReport:
    """Add or replace some items, and leave all others alone: `add_records` without an idea of the whole.

    What they replace is held until a freeze accepts them; see `pinakes.catalog.held`.

    Args:
        ingest: what to work with; the caller holds the writer lease.
        records: the items.
        verb: under which the run is recorded.

    Returns:
        What was done; ``vanished`` is 0.

    Raises:
        StorageError: the disk refused.
        IntegrityError: the catalogue does not hold what was put into it.
    """
    started = time.monotonic()
    with recorded_run(ingest.database, verb) as run:
        Pipeline(replace(ingest, hold=True), run.id, run.counts).bring(records)
        _check(ingest, run.id, run.counts)
    return _report(run.counts, time.monotonic() - started)


def demand_items(database: Database, report: AddReport) -> None:
    """Check that a source with entries gave an item: that all are refused is never meant.

    Raises:
        SourceError: it gave none; says the commonest reasons.
    """
    if report.items or not report.read:
        return
    with database.read() as connection:
        reasons = count_reasons(connection)
    said = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common(3))
    raise SourceError(
        f"none of the {report.read} entries of the source gave an item ({said}); nothing is published, and "
        "what is served stays. `pinakes doctor` says what is wrong with each"
    )


def _check(ingest: Ingest, run: int, counts: Counter[str]) -> None:
    """Raise IntegrityError unless in = out + rejected, and the catalogue holds what went out."""
    report = _report(counts, 0.0)
    with ingest.database.read() as connection:
        held = count_seen(connection, run)
    if not report.balanced or report.items != held:
        raise IntegrityError(
            ingest.database.path,
            f"{report.read} entries were read, {report.items} gave items, {report.quarantined} were "
            f"quarantined, and {held} items are held: these must add up. Please report this",
        )


def _report(counts: Counter[str], seconds: float) -> AddReport:
    pictures = PictureCounts(
        counts["pictures_decoded"],
        counts["pictures_unchanged"],
        counts["pictures_refused"],
        counts["pictures_missing"],
        counts["pictures_remote"],
    )
    return AddReport(
        read=counts["read"],
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        quarantined=counts["quarantined"],
        vanished=counts["vanished"],
        pruned=counts["pruned"],
        pictures=pictures,
        features=FeatureCounts(counts["features_made"], counts["features_found"]),
        seconds=seconds,
        left_out=counts["left_out"],
    )
