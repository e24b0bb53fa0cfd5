"""The tables of the catalogue, in the SQL that SQLite and PostgreSQL share."""

import sqlalchemy as sa

SCHEMA_VERSION = 3
"""Raised whenever a table changes; a catalogue of a higher version is refused, a lower one is brought up.

2: the tables of the journal. A catalogue without them lacks marks alone, and is compared as a whole once.
3: the table of what is held.
"""

# Ids are compared, sorted and merged by code point everywhere. SQLite's BINARY collation compares the UTF-8
# bytes, whose order is the order of code points; PostgreSQL does the same only under the collation "C".
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(
    sa.Integer(), "sqlite"
)  # only INTEGER counts up by itself in SQLite

METADATA = sa.MetaData()

schema_version = sa.Table("schema_version", METADATA, sa.Column("version", sa.Integer, primary_key=True))

items = sa.Table(
    "items",
    METADATA,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("row_hash", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("rights", sa.JSON, nullable=False),
    sa.Column("vectors", sa.JSON, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("added_run", sa.BigInteger, nullable=False),
    sa.Column("updated_run", sa.BigInteger, nullable=False),
    sa.Column("seen_run", sa.BigInteger, nullable=False, index=True),
)

media = sa.Table(
    "media",
    METADATA,
    sa.Column("sha256", KEY, primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("phash", sa.Text),
    sqlite_with_rowid=False,
)

views = sa.Table(
    "views",
    METADATA,
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("media", KEY, sa.ForeignKey("media.sha256"), nullable=False, index=True),
    sa.Column("uri", KEY, nullable=False, index=True),
    sqlite_with_rowid=False,
)

files = sa.Table(
    "files",
    METADATA,
    sa.Column("uri", KEY, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("ctime_ns", sa.BigInteger, nullable=False),
    sa.Column("sha256", KEY),
    sa.Column("reason", sa.Text),
    sa.Column("detail", sa.Text),
    sqlite_with_rowid=False,
)

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("started", sa.Text, nullable=False),
    sa.Column("finished", sa.Text),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("detail", sa.Text),
)

quarantine = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    sa.Column("run", sa.BigInteger, nullable=False, index=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("item_id", KEY, index=True),
    sa.Column("uri", KEY),
    sa.Column("field", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)

touched = sa.Table(
    "touched",
    METADATA,
    sa.Column("item_id", KEY, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

marks = sa.Table(
    "marks",
    METADATA,
    sa.Column("name", KEY, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

held = sa.Table(
    "held",
    METADATA,
    sa.Column("item_id", KEY, primary_key=True),
    sa.Column("state", sa.JSON(none_as_null=True)),
    sqlite_with_rowid=False,
)

events = sa.Table(
    "events",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
)

inbox = sa.Table(
    "inbox",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("op", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("claimed_by", sa.Text),
    sa.Column("settled", sa.Text),
    sa.Column("detail", sa.Text),
)
