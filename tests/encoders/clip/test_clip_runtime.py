import threading
import time

import numpy as np
import onnx
import pytest

from pinakes.encoders.clip import runtime
from pinakes.encoders.clip.blocks import rows_by_blocks
from pinakes.encoders.clip.runtime import Tower, compute_each, groups
from pinakes.encoders.clip.text import TO_THE_END
from pinakes.errors import SettingsError, UsageError
from pinakes.testing.random_clip import Shape, write_random_clip

ROWS = [{"n": np.array([[n]])} for n in range(12)]


class Machine:
    """Computes rows, and runs out of memory when more than ``fits`` are computed at a time."""

    def __init__(self, fits):
        self.fits = fits
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def one(self, row):
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            full = self._now > self.fits
        try:
            time.sleep(0.005)
            if full:
                raise MemoryError("no more")
            return row["n"].astype(np.float32)
        finally:
            with self._lock:
                self._now -= 1


@pytest.mark.parametrize(("fits", "at_once"), [(8, 8), (3, 8), (1, 8), (1, 1)])
def test_rows_come_in_order_and_memory_decides_how_many_at_a_time(fits, at_once):
    machine = Machine(fits)
    found = compute_each(machine.one, ROWS, at_once)
    assert np.concatenate(found).ravel().tolist() == list(range(12))
    assert machine.most > 1 or at_once == 1


def test_no_memory_for_one_row_is_said():
    with pytest.raises(UsageError, match="not enough memory to encode even one"):
        compute_each(Machine(0).one, ROWS, 4)


def test_other_errors_come_through():
    def broken(row):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        compute_each(broken, ROWS, 2)


def image(count=1, seed=0):
    random = np.random.default_rng(seed)
    return [{"image": random.standard_normal((1, 3, 32, 32), dtype=np.float32)} for _ in range(count)]


def test_a_tower_gives_unit_rows_of_its_length(clip_model):
    found = Tower(clip_model / "visual/model.onnx", 32).run(image(4), dict)
    assert found.shape == (4, 32)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert len({row.tobytes() for row in found}) == 4


@pytest.mark.parametrize(
    ("count", "at_once", "most", "sizes"),
    [
        (1, 2, 4, [1]),
        (2, 2, 4, [1, 1]),
        (10, 2, 4, [3, 2, 2, 1, 1, 1]),
        (24, 2, 4, [4, 4, 4, 3, 3, 2, 1, 1, 1, 1]),
        (3, 2, 1, [1, 1, 1]),
    ],
)
def test_groups_become_smaller_towards_the_end(count, at_once, most, sizes):
    found = groups(range(count), at_once, most)
    assert [len(group) for group in found] == sizes
    assert [thing for group in found for thing in group] == list(range(count))


def test_a_tower_whose_rows_are_each_alone_gets_some_in_one_call(own_model, monkeypatch):
    path = own_model / "visual/model.onnx"
    model = onnx.load(path)
    rows_by_blocks(model, block=1)
    onnx.save(model, path)
    alone = [Tower(path, 32, cores=2).run([row], dict) for row in image(10)]
    calls, run = [], runtime._run
    monkeypatch.setattr(runtime, "_run", lambda s, o, row: calls.append(len(row["image"])) or run(s, o, row))
    assert np.array_equal(Tower(path, 32, cores=2).run(image(10), dict), np.concatenate(alone))
    assert sorted(calls) == [1, 1, 1, 2, 2, 3]


def test_what_a_tower_takes(clip_model):
    assert Tower(clip_model / "visual/model.onnx", 32).inputs(1) == {
        "image": ("tensor(float)", [1, 3, 32, 32])
    }
    assert Tower(clip_model / "textual/model.onnx", 32).inputs(2) == {
        "text": ("tensor(int32)", [1, TO_THE_END])
    }


@pytest.mark.parametrize("tower", ["visual", "textual"])
def test_neither_cores_nor_neighbours_change_a_bit(tmp_path, tower):
    """A model wide enough for ONNX Runtime to share one row's products among threads."""
    shape = Shape(image=64, patch=16, width=256, text_width=256, context=48)
    path = write_random_clip(tmp_path, shape) / tower / "model.onnx"
    random = np.random.default_rng(2)
    rows = (
        [{"image": random.standard_normal((1, 3, 64, 64), dtype=np.float32)} for _ in range(6)]
        if tower == "visual"
        else [{"text": random.integers(0, 20, (1, 48), dtype=np.int32)} for _ in range(6)]
    )
    wanted = Tower(path, 32, cores=1).run(rows, dict)
    many = Tower(path, 32, cores=4)
    assert np.array_equal(many.run(rows, dict), wanted)
    assert np.array_equal(np.concatenate([many.run([row], dict) for row in rows]), wanted)


def test_no_rows_need_no_model(tmp_path):
    assert Tower(tmp_path / "missing.onnx", 7).run([], dict).shape == (0, 7)


@pytest.mark.parametrize("content", [b"", b"not a model", None])
def test_a_file_that_is_no_model_is_named(tmp_path, content):
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"model\.onnx cannot be opened as an ONNX model"):
        Tower(path, 32).run(image(), dict)


def test_another_length_than_the_settings_say(clip_model):
    with pytest.raises(SettingsError, match=r"'embedding' of shape \(1, 32\), its settings say \(1, 48\)"):
        Tower(clip_model / "visual/model.onnx", 48).run(image(), dict)


def test_threads_share_one_tower(clip_model):
    tower = Tower(clip_model / "visual/model.onnx", 32)
    rows = image(6)
    alone = tower.run(rows, dict)
    found = [None] * 4

    def work(number):
        found[number] = tower.run(rows, dict)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(vectors, alone) for vectors in found)
