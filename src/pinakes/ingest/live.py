"""Live attributes: from the catalogue to the newest file beside the snapshots."""

from collections.abc import Mapping

import polars as pl

from pinakes.catalog.database import Database
from pinakes.catalog.items import stream_items
from pinakes.ingest.tables import cell
from pinakes.settings import Settings
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.live import read_live, write_live
from pinakes.snapshots.tables import POLARS_TYPES


def publish_live(paths: CollectionPaths, settings: Settings, database: Database) -> int | None:
    """Write the live attributes of all items, if they differ from the newest that were written.

    Returns:
        The number of the newest live attributes, or None for a collection that has none.

    Raises:
        StorageError: the disk refused.
    """
    fields = {name: settings.attribute_types[name] for name in settings.live.fields}
    if not fields:
        return None
    schema: Mapping[str, pl.DataType] = {
        "id": pl.String(),
        **{name: POLARS_TYPES[kind] for name, kind in fields.items()},
    }
    with database.read() as connection:
        rows = [
            (entry.item.id, *(cell(entry.item.attributes.get(name)) for name in fields))
            for entry in stream_items(connection, settings.attribute_types)
        ]
    live = pl.DataFrame(rows, schema=schema, orient="row")
    written = read_live(paths)
    if written is not None and written[1].equals(live):
        return written[0]
    return write_live(paths, live)
