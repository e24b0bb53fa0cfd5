import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from pinakes.catalog.database import Database, open_catalog, open_to_read, path_of
from pinakes.catalog.events import read_events, record_event
from pinakes.catalog.schema import METADATA, SCHEMA_VERSION, schema_version
from pinakes.errors import FormatVersionError, IntegrityError, LockedError, StorageError


def pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_the_folder_and_the_tables_are_made(tmp_path: Path) -> None:
    database = open_catalog(tmp_path / "deep" / ".pinakes" / "catalog.db")
    with database.read() as connection:
        assert set(sa.inspect(connection).get_table_names()) == set(METADATA.tables)
        assert path_of(connection) == database.path
    database.close()


def test_pragmas_hold_on_every_connection(catalog: Database) -> None:
    assert pragma(catalog, "journal_mode") == "wal"
    assert pragma(catalog, "synchronous") == 2  # FULL
    assert pragma(catalog, "foreign_keys") == 1
    assert pragma(catalog, "busy_timeout") == 10_000


def test_what_was_written_is_there_after_opening_again(catalog: Database) -> None:
    with catalog.write() as connection:
        record_event(connection, "publish", {"ref": "live"})
    again = open_catalog(catalog.path)
    with again.read() as connection:
        assert [event.kind for event in read_events(connection)] == ["publish"]
    again.close()


def test_a_write_is_all_or_nothing(catalog: Database) -> None:
    with pytest.raises(RuntimeError, match="stop"), catalog.write() as connection:
        record_event(connection, "delete", {})
        raise RuntimeError("stop")
    with catalog.read() as connection:
        assert read_events(connection) == []


def test_a_reader_sees_one_state_while_another_writes(catalog: Database) -> None:
    with catalog.read() as reader:
        assert read_events(reader) == []
        with catalog.write() as writer:
            record_event(writer, "publish", {})
        assert read_events(reader) == []
    with catalog.read() as reader:
        assert len(read_events(reader)) == 1


def test_a_second_writer_waits_and_then_says_so(catalog: Database) -> None:
    with catalog.write():
        other = open_engine_without_patience(catalog)
        with pytest.raises(LockedError, match="another process kept it locked"), other.write():
            pass
        other.close()


def open_engine_without_patience(catalog: Database) -> Database:
    engine = sa.create_engine(f"sqlite:///{catalog.path}", connect_args={"timeout": 0})
    sa.event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return Database(catalog.path, engine)


def test_a_newer_catalogue_is_refused(catalog: Database) -> None:
    with catalog.write() as connection:
        connection.execute(schema_version.update().values(version=SCHEMA_VERSION + 1))
    with pytest.raises(FormatVersionError, match=f"catalogue format {SCHEMA_VERSION + 1}"):
        open_catalog(catalog.path)


def test_a_catalogue_without_a_version_is_refused(catalog: Database) -> None:
    with catalog.write() as connection:
        connection.execute(schema_version.delete())
    with pytest.raises(IntegrityError, match="schema_version is empty"):
        open_catalog(catalog.path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"these are holiday pictures, not a database" * 100)
    with pytest.raises(IntegrityError, match="not an intact catalogue"):
        open_catalog(path)


def test_a_damaged_page_is_an_integrity_error(catalog: Database) -> None:
    with catalog.write() as connection:
        for number in range(300):
            record_event(connection, "publish", {"number": number, "words": "x" * 200})
    catalog.close()
    raw = sqlite3.connect(catalog.path)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    data = bytearray(catalog.path.read_bytes())
    data[20 * 4096 :] = b"\xff" * (len(data) - 20 * 4096)
    catalog.path.write_bytes(data)
    again = Database(catalog.path, sa.create_engine(f"sqlite:///{catalog.path}"))
    with pytest.raises(IntegrityError, match=r"catalog\.db: not an intact"), again.read() as connection:
        read_events(connection)
    again.close()
    again.close()


def test_a_full_disk_is_a_storage_error_and_loses_nothing(catalog: Database) -> None:
    with catalog.write() as connection:
        record_event(connection, "publish", {})
    with pytest.raises(StorageError, match="no space left"), catalog.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
        record_event(connection, "publish", {"words": "x" * 100_000})
    with catalog.read() as connection:
        assert len(read_events(connection)) == 1


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot create"):
        open_catalog(tmp_path / "file" / "catalog.db")


def test_a_path_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").mkdir()
    with pytest.raises(StorageError, match="cannot be opened"):
        open_catalog(tmp_path / "catalog.db")


def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be writable, whoever runs the tests: root may write anywhere."""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)


def test_what_may_only_be_read_is_read_and_left_as_it_is(
    catalog: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with catalog.write() as connection:
        record_event(connection, "publish", {"ref": "live"})
    catalog.close()
    before = {file.name: file.read_bytes() for file in catalog.path.parent.iterdir()}
    assert set(before) == {"catalog.db"}  # whoever closes it last puts the log into it
    unwritable(monkeypatch)
    reader = open_to_read(catalog.path)
    with reader.read() as connection:
        assert [event.kind for event in read_events(connection)] == ["publish"]
        assert {file.name for file in catalog.path.parent.iterdir()} == set(before)
    with pytest.raises(StorageError, match="it can only be read"), reader.write() as connection:
        record_event(connection, "delete", {})
    reader.close()
    assert {file.name: file.read_bytes() for file in catalog.path.parent.iterdir()} == before


def test_what_waits_in_the_log_of_a_writer_is_read(
    catalog: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwritable(monkeypatch)
    with catalog.write() as connection:
        record_event(connection, "publish", {})
    reader = open_to_read(catalog.path)  # the writer has it open still
    for count in (1, 2):
        with reader.read() as connection:
            assert len(read_events(connection)) == count
        with catalog.write() as connection:
            record_event(connection, "delete", {})
    reader.close()


@pytest.mark.parametrize(
    ("statement", "error", "message"),
    [
        ("UPDATE schema_version SET version = 0", FormatVersionError, "catalogue format 0"),
        (f"UPDATE schema_version SET version = {SCHEMA_VERSION + 1}", FormatVersionError, "upgrade it"),
        ("DROP TABLE schema_version", IntegrityError, "not a catalogue"),
    ],
)
def test_what_cannot_be_brought_up_to_date_here_is_refused(
    catalog: Database, monkeypatch: pytest.MonkeyPatch, statement: str, error: type, message: str
) -> None:
    with catalog.write() as connection:
        connection.exec_driver_sql(statement)
    catalog.close()
    unwritable(monkeypatch)
    with pytest.raises(error, match=message):
        open_to_read(catalog.path)


def test_a_catalogue_that_may_be_written_to_is_opened_as_always(catalog: Database) -> None:
    again = open_to_read(catalog.path)
    assert pragma(again, "journal_mode") == "wal"
    assert pragma(again, "synchronous") == 2
    again.close()


def test_a_read_only_file_is_a_storage_error(catalog: Database) -> None:
    with pytest.raises(StorageError, match="it can only be read"), catalog.write() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        record_event(connection, "publish", {})


def test_the_tables_are_valid_for_postgresql_and_sort_by_code_point_there() -> None:
    from sqlalchemy.dialects import postgresql

    ddl = {
        name: str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))
        for name, table in METADATA.tables.items()
    }
    assert 'id TEXT COLLATE "C" NOT NULL' in ddl["items"]
    assert "id BIGSERIAL NOT NULL" in ddl["runs"]
    assert "WITHOUT ROWID" not in "".join(ddl.values())
