import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from small_snapshots import base_contents, delta_contents

from pinakes.errors import FormatVersionError, IntegrityError, UnknownNameError, UsageError
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.manifest import FORMAT
from pinakes.snapshots.reader import open_snapshot


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_gives_back_what_was_written(written: CollectionPaths) -> None:
    contents, snapshot = base_contents(), open_snapshot(written, "v0001")
    assert snapshot.name == "v0001"
    assert snapshot.items.equals(contents.items)
    assert snapshot.views.equals(contents.views)
    assert snapshot.tombstones is None
    for space, part in contents.spaces.items():
        np.testing.assert_array_equal(snapshot.vectors(space), part.vectors)
        assert snapshot.rows(space).equals(part.rows)
    assert (snapshot.lexical / "terms.bin").read_bytes() == b"owlbee"


def test_vectors_are_mapped_and_cannot_be_changed(written: CollectionPaths) -> None:
    vectors = open_snapshot(written, "v0001").vectors("picture")
    assert isinstance(vectors, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        vectors[0, 0] = 2


def test_delta_uses_what_its_base_fitted(written: CollectionPaths) -> None:
    delta = open_snapshot(written, "v0001+d0001")
    assert delta.tombstones is not None
    assert delta.tombstones.equals(delta_contents().tombstones)
    assert delta.encoder("picture") == written.snapshot("v0001").encoder("picture")
    assert (delta.encoder("picture") / "encoder.json").read_text() == "{}"


def test_tables_are_read_once_and_only_when_asked_for(written: CollectionPaths) -> None:
    snapshot = open_snapshot(written, "v0001")
    assert snapshot.items is snapshot.items
    written.snapshot("v0001").views.unlink()
    with pytest.raises(IntegrityError, match=r"views\.parquet: is not a table"):
        _ = snapshot.views


def test_unknown_names(written: CollectionPaths) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown snapshot 'v0002'.*Known: v0001, v0001\+d0001"):
        open_snapshot(written, "v0002")
    with pytest.raises(UsageError, match="is not the name of a snapshot"):
        open_snapshot(written, "../../elsewhere")
    with pytest.raises(UnknownNameError, match="unknown space 'pictur'; did you mean 'picture'"):
        open_snapshot(written, "v0001").vectors("pictur")


def test_missing_file(written: CollectionPaths) -> None:
    written.snapshot("v0001").rows("picture").unlink()
    with pytest.raises(IntegrityError, match=r"picture\.rows\.parquet: the file is missing"):
        open_snapshot(written, "v0001")


def test_truncated_array(written: CollectionPaths) -> None:
    path = written.snapshot("v0001").vectors("picture")
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size - 2)
    with pytest.raises(
        IntegrityError, match=r"picture\.npy: has 138 bytes, the manifest says 140.*cut short"
    ):
        open_snapshot(written, "v0001")


def test_array_of_another_shape_and_the_same_size(written: CollectionPaths) -> None:
    path = written.snapshot("v0001").vectors("picture")
    data = path.read_bytes()
    assert b"(3, 2)" in data
    overwrite(path, data.replace(b"(3, 2)", b"(2, 3)"))
    with pytest.raises(
        IntegrityError, match=r"float16 of shape \(2, 3\), the manifest says float16 of \(3, 2\)"
    ):
        open_snapshot(written, "v0001")


@pytest.mark.parametrize("data", [b"\0", b"\x93NUMPY\x07"])
def test_array_without_a_header(written: CollectionPaths, data: bytes) -> None:
    path = written.snapshot("v0001").vectors("picture")
    overwrite(path, data.ljust(path.stat().st_size, b"\0"))
    with pytest.raises(IntegrityError, match=r"picture\.npy: is not an array as it was written"):
        open_snapshot(written, "v0001")


def test_a_pickle_is_never_read(written: CollectionPaths, tmp_path: Path) -> None:
    path = written.snapshot("v0001").vectors("picture")
    np.save(tmp_path / "evil.npy", np.array([print], dtype=object), allow_pickle=True)
    overwrite(path, (tmp_path / "evil.npy").read_bytes().ljust(path.stat().st_size, b"\0")[:140])
    with pytest.raises(IntegrityError, match=r"picture\.npy"):
        open_snapshot(written, "v0001")


def test_table_of_another_length(written: CollectionPaths) -> None:
    snapshot = open_snapshot(written, "v0001")
    path = written.snapshot("v0001").items
    path.unlink()
    pl.DataFrame({"id": ["a"]}).write_parquet(path)
    with pytest.raises(IntegrityError, match=r"items\.parquet: has 1 rows, the manifest says 4"):
        _ = snapshot.items


def test_renamed_folder(written: CollectionPaths) -> None:
    written.snapshot("v0001").folder.rename(written.snapshots / "v0002")
    with pytest.raises(IntegrityError, match="is that of v0001: the folder was renamed"):
        open_snapshot(written, "v0002")


def test_newer_format(written: CollectionPaths) -> None:
    path = written.snapshot("v0001").manifest
    content = json.loads(path.read_bytes())
    overwrite(path, json.dumps({**content, "format": FORMAT + 1}).encode())
    with pytest.raises(FormatVersionError, match="install a newer one"):
        open_snapshot(written, "v0001")
