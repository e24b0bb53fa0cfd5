import json
import os

import pytest

from pinakes.errors import IntegrityError, StorageError, UnknownNameError
from pinakes.retrieval.kept import KeptAnswer, KeptHit
from pinakes.serving.receipts import ReceiptStore


def answer(number):
    return KeptAnswer(f"{number:016x}", "2026-01-01", "v0001-0", {"text": "ä"}, (KeptHit(1, "a", 0.25),))


@pytest.fixture
def store(tmp_path):
    return ReceiptStore(tmp_path / "receipts", most=3)


def test_what_is_added_is_read(store):
    store.add(answer(1))
    assert store.read(f"{1:016x}") == answer(1)
    assert [path.name for path in store.folder.iterdir()] == [f"{1:016x}.json"]


def test_the_same_receipt_stands_once(store):
    store.add(answer(1))
    later = KeptAnswer(f"{1:016x}", "2026-01-02", "v0001-0", {"text": "b"}, ())
    store.add(later)
    assert store.read(f"{1:016x}") == later


@pytest.mark.parametrize("name", [f"{7:016x}", "", "x", "../../pinakes.toml", "0" * 15, "G" * 16])
def test_what_was_not_kept_is_unknown(store, name):
    with pytest.raises(UnknownNameError, match="receipt"):
        store.read(name)
    store.add(answer(1))
    with pytest.raises(UnknownNameError, match="receipt"):
        store.read(name)


def test_the_oldest_go_first(store):
    for number in range(1, 4):
        store.add(answer(number))
        os.utime(store.folder / f"{number:016x}.json", (number, number))
    (store.folder / ".tmp-left.json").write_text("what a killed process was writing")
    store.add(answer(4))
    assert sorted(path.name for path in store.folder.iterdir()) == [f"{n:016x}.json" for n in (2, 3, 4)]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", json.dumps({"receipt": "x"})])
def test_a_damaged_file_is_said_to_be(store, content):
    store.add(answer(1))
    (store.folder / f"{1:016x}.json").write_text(content)
    with pytest.raises(IntegrityError, match="not a kept answer"):
        store.read(f"{1:016x}")


def test_a_disk_that_refuses_is_said_to(tmp_path):
    (tmp_path / "receipts").write_text("no folder")
    with pytest.raises(StorageError, match="receipts"):
        ReceiptStore(tmp_path / "receipts", most=3).add(answer(1))
