import json

import numpy as np
import pytest
from clip_models import pictures

from pinakes.encoders.clip.encoder import open_clip_model
from pinakes.encoders.clip.ways import MANY, Notebook, Way, fastest, key_of, ways
from pinakes.media.preparers import load_preparer


@pytest.mark.parametrize(
    ("cores", "tried"),
    [
        (1, (Way(1, 1),)),
        (2, (Way(2, 1), Way(1, 2))),
        (8, (Way(8, 1), Way(4, 2), Way(1, 8))),
    ],
)
def test_what_is_tried(cores, tried):
    assert ways(cores) == tried


@pytest.mark.parametrize(
    ("seconds", "chosen"), [((4.0, 0.5), Way(1, 2)), ((0.5, 4.0), Way(2, 1)), ((4.0, 3.9), Way(2, 1))]
)
def test_the_fastest_is_taken(seconds, chosen):
    times, calls = dict(zip(ways(2), seconds, strict=True)), []

    def clock():
        return sum(times[way] for way in calls)

    assert fastest(ways(2), calls.append, clock) == chosen
    assert calls == [Way(2, 1), Way(2, 1), Way(1, 2), Way(1, 2)]


def test_a_notebook_keeps_what_was_found(tmp_path):
    notebook = Notebook(tmp_path / "deep" / "ways.json")
    assert notebook.find("a") is None
    notebook.note("a", Way(2, 1))
    notebook.note("b", Way(1, 2))
    assert (notebook.find("a"), notebook.find("b"), notebook.find("c")) == (Way(2, 1), Way(1, 2), None)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 3}', '{"a": {"at_once": 0, "threads": 1}}'])
def test_a_damaged_notebook_knows_nothing(tmp_path, content):
    notebook = Notebook(tmp_path / "ways.json")
    notebook.path.write_text(content)
    assert notebook.find("a") is None


def test_a_notebook_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    Notebook(tmp_path / "file" / "ways.json").note("a", Way(1, 1))


def test_another_file_is_another_key(tmp_path):
    model = tmp_path / "model.onnx"
    model.write_bytes(b"one")
    key = key_of(model, 2, "1.0")
    assert key == key_of(model, 2, "1.0")
    assert len({key, key_of(model, 4, "1.0"), key_of(model, 2, "1.1")}) == 3
    model.write_bytes(b"other")
    assert key_of(model, 2, "1.0") != key


def test_many_rows_are_measured_once_and_come_out_the_same(clip_model, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    encoder = open_clip_model(clip_model)
    prepare = load_preparer(encoder.preparer)
    prepared = [prepare(picture) for picture in pictures(4)] * (MANY // 4)
    few = encoder.encode_images(prepared[: MANY - 1])
    assert not (tmp_path / "pinakes").exists()
    many = encoder.encode_images(prepared)
    np.testing.assert_array_equal(many[:-1], few)
    if (noted := tmp_path / "pinakes" / "ways.json").exists():  # one core has one way
        for way in ways(2):
            (key,) = json.loads(noted.read_text())
            Notebook(noted).note(key, way)
            np.testing.assert_array_equal(open_clip_model(clip_model).encode_images(prepared), many)
