"""clip-retrieval's folders: parts in the order of their numbers, each row with its vector."""

import numpy as np
import polars as pl
import pytest

from pinakes.errors import SourceError
from pinakes.sources.base import Record
from pinakes.sources.clip_retrieval import ClipRetrievalRows, is_clip_retrieval
from pinakes.sources.infer import infer_settings
from pinakes.sources.open import open_source


def write(folder, parts=(2, 3), texts=True, names=True):
    """Write parts 0, 10, 20, ... (so that their names do not sort as their numbers) of 4-d vectors."""
    kinds = ["img_emb", *(["text_emb"] if texts else [])]
    for name in (*kinds, "metadata"):
        (folder / name).mkdir(parents=True)
    first = 0
    for number, rows in enumerate(parts):
        part = (2, 10)[number] if len(parts) == 2 else number
        ids = range(first, first + rows)
        table = {"caption": [f"caption {n}" for n in ids]}
        if names:
            table = {"image_path": [f"pictures/{n}.jpg" for n in ids], **table}
        pl.DataFrame(table).write_parquet(folder / "metadata" / f"metadata_{part}.parquet")
        for kind in kinds:
            sign = 1 if kind == "img_emb" else -1
            vectors = np.array([[sign, n, 0, 1] for n in ids], dtype=np.float16)
            np.save(folder / kind / f"{kind}_{part}.npy", vectors)
        first += rows
    return folder


def test_the_layout_is_known(tmp_path):
    assert is_clip_retrieval(write(tmp_path / "a"))
    (tmp_path / "b" / "img_emb").mkdir(parents=True)
    assert not is_clip_retrieval(tmp_path / "b")


def test_rows_of_all_parts_with_their_vectors(tmp_path):
    table = ClipRetrievalRows(write(tmp_path / "a"))
    assert table.columns() == ("image_path", "caption", "img_emb", "text_emb")
    rows = list(table.rows())
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert [row.values["image_path"] for row in rows] == [f"pictures/{n}.jpg" for n in range(5)]
    assert [row.values["img_emb"].tolist() for row in rows] == [[1, n, 0, 1] for n in range(5)]
    assert rows[4].values["text_emb"].tolist() == [-1, 4, 0, 1]


def test_rows_without_a_name_are_numbered(tmp_path):
    table = ClipRetrievalRows(write(tmp_path / "a", texts=False, names=False))
    assert table.columns() == ("caption", "img_emb", "row")
    assert [row.values["row"] for row in table.rows()] == ["0", "1", "2", "3", "4"]


def test_the_folder_is_a_source_with_two_spaces(tmp_path):
    folder = write(tmp_path / "a")
    inference = infer_settings(folder, into=folder)
    settings = inference.settings
    assert any("clip-retrieval" in note for note in inference.notes)
    assert settings.source.fields.vectors == {"img_emb": "img_emb", "text_emb": "text_emb"}
    assert {settings.spaces[name].encoder for name in ("img_emb", "text_emb")} == {"vector"}
    records = list(open_source(settings, folder).records())
    assert all(isinstance(record, Record) for record in records)
    assert records[3].vectors["img_emb"].tolist() == [1, 3, 0, 1]
    assert (records[3].id, records[3].text or records[3].title) == ("pictures/3.jpg", "caption 3")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "img_emb" / "img_emb_10.npy").unlink(), "has no part 10"),
        (
            lambda f: np.save(f / "img_emb" / "img_emb_10.npy", np.ones((2, 4))),
            r"img_emb_10\.npy has 2 rows and .*metadata_10\.parquet has 3",
        ),
        (lambda f: np.save(f / "img_emb" / "img_emb_2.npy", np.ones(3)), "a matrix of numbers is expected"),
        (lambda f: np.save(f / "img_emb" / "img_emb_2.npy", np.ones((2, 5000))), "1 to 4096 numbers"),
    ],
)
def test_parts_that_do_not_agree(tmp_path, spoil, said):
    folder = write(tmp_path / "a")
    spoil(folder)
    with pytest.raises(SourceError, match=said):
        list(ClipRetrievalRows(folder).rows())
