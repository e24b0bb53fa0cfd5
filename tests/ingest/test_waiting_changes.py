import json

import numpy as np
import pytest

from pinakes.ingest.inbox import read_record, upsert
from pinakes.media.originals import Originals
from pinakes.sources.base import Record


@pytest.fixture
def read(tmp_path):
    return lambda payload: read_record(payload, "inbox:1", {}, Originals(tmp_path))


def test_a_vector_comes_back_to_the_last_bit(read):
    vector = np.array([1.0, -0.0, 1e-45, 3.4028235e38, 0.1, np.inf], dtype=np.float32)
    record = Record("here", "a", "Title", vectors={"vector": vector})
    found = read(json.loads(json.dumps(upsert(record).payload))).vectors["vector"]
    assert found.dtype == np.float32
    assert found.tobytes() == vector.tobytes()
    found[0] = 2.0  # it is its reader's own


def test_it_waits_as_little_text(read):
    record = Record("here", "a", "Title", vectors={"vector": np.array([1.0, 2.0], dtype=np.float32)})
    assert upsert(record).payload["vectors"] == {"vector": "AACAPwAAAEA="}


def test_numbers_that_waited_when_another_version_wrote_them_are_read(read):
    payload = {**upsert(Record("here", "a", "Title")).payload, "vectors": {"vector": [1.0, 0.1]}}
    found = read(payload).vectors["vector"]
    assert found.dtype == np.float32
    assert found.tolist() == [1.0, float(np.float32(0.1))]
