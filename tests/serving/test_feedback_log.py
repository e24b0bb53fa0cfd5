import json
import multiprocessing

import pytest

from pinakes.errors import StorageError
from pinakes.serving.feedback import FeedbackLog


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_events_are_appended_as_lines(tmp_path):
    log = FeedbackLog(tmp_path / "feedback", 1000, 3)
    assert log.append([{"a": "é\n"}, {"b": 2}]) == 2
    assert log.append([{"c": 3}]) == 1
    assert lines(tmp_path / "feedback/events.jsonl") == [{"a": "é\n"}, {"b": 2}, {"c": 3}]


def test_files_are_rotated_and_the_oldest_removed(tmp_path):
    log = FeedbackLog(tmp_path, 20, 3)
    for number in range(5):  # {"n":0} and a newline are 8 bytes: two to a file
        log.append([{"n": number}])
    log.append([{"n": 5}])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["events.1.jsonl", "events.2.jsonl", "events.jsonl"]
    assert lines(tmp_path / "events.jsonl") == [{"n": 4}, {"n": 5}]
    assert lines(tmp_path / "events.2.jsonl") == [{"n": 0}, {"n": 1}]
    for number in range(6, 8):
        log.append([{"n": number}])
    assert lines(tmp_path / "events.2.jsonl") == [{"n": 2}, {"n": 3}]
    assert all(path.stat().st_size <= 20 for path in tmp_path.iterdir())


def test_one_file_alone_begins_anew(tmp_path):
    log = FeedbackLog(tmp_path, 10, 1)
    log.append([{"n": 0}])
    log.append([{"n": 1}])
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]
    assert lines(tmp_path / "events.jsonl") == [{"n": 1}]


def append_many(folder, name):
    for number in range(50):
        FeedbackLog(folder, 2_000, 100).append([{"from": name, "n": number}])


def test_processes_do_not_mix_their_lines(tmp_path):
    spawn = multiprocessing.get_context("fork")
    workers = [spawn.Process(target=append_many, args=(tmp_path, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = [line for path in tmp_path.glob("*.jsonl") for line in lines(path)]
    assert sorted((line["from"], line["n"]) for line in found) == [(w, n) for w in "ab" for n in range(50)]


def test_a_disk_that_refuses_is_said_to(tmp_path):
    (tmp_path / "feedback").write_text("a file stands in the way")
    with pytest.raises(StorageError, match="cannot keep feedback"):
        FeedbackLog(tmp_path / "feedback", 1000, 3).append([{"a": 1}])
