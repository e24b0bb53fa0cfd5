"""Live attributes: from the catalogue to the newest file beside the snapshots."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import polars as pl

from pinakes.catalog.database import Database
from pinakes.catalog.items import stream_items
from pinakes.catalog.journal import last_touch, put_mark, read_mark, touched_since
from pinakes.ingest.tables import cell
from pinakes.kernels.hashing import sha256_file
from pinakes.settings import Settings
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.live import change_live, live_file, newest_live_file
from pinakes.snapshots.tables import POLARS_TYPES

MARK = "live"
"""Under which the journal keeps up to where the newest live attributes show the catalogue."""


def publish_live(paths: CollectionPaths, settings: Settings, database: Database) -> int | None:
    """Write the live attributes of all items, if they differ from the newest that were written.

    Only what was touched since is read from the catalogue. Several may publish at the same time, with the
    writer lease or without: each writes what was committed before it looked.

    Returns:
        The number of the newest live attributes, or None for a collection that has none.

    Raises:
        StorageError: the disk refused.
    """
    fields = settings.live.fields
    if not fields:
        return None
    schema: Mapping[str, pl.DataType] = {
        "id": pl.String(),
        **{name: POLARS_TYPES[settings.attribute_types[name]] for name in fields},
    }
    number = 0

    def change(written: pl.DataFrame | None) -> pl.DataFrame:
        nonlocal number
        fits = written is not None and dict(written.schema) == dict(schema)
        with database.read() as connection:
            number = last_touch(connection)
            file = newest_live_file(paths)
            mark = read_mark(connection, MARK, sha256_file(file)) if fits and file is not None else None
            ids: Sequence[str] | None = None if mark is None else touched_since(connection, mark)
            rows = [
                (entry.item.id, *(cell(entry.item.attributes.get(name)) for name in fields))
                for entry in stream_items(connection, settings.attribute_types, ids)
            ]
        live = pl.DataFrame(rows, schema=schema, orient="row")
        if written is None or ids is None:
            return live
        # What a deleted item had stays: a page that is turned, or a rollback, shows the item again.
        return pl.concat([written.join(live, on="id", how="anti"), live]).sort("id")

    version = change_live(paths, change)
    with suppress(FileNotFoundError), database.write() as connection:
        # Where the file is gone, others have written several more versions meanwhile, and marked the last.
        put_mark(connection, MARK, sha256_file(live_file(paths, version)), number)
    return version
