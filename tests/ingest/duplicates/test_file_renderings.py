import hashlib

import numpy as np
from duplicate_pictures import opened, photo, saved

from pinakes.ingest.duplicates.files import FileRenderings
from pinakes.ingest.duplicates.rendering import render


def test_files_are_rendered_in_workers_and_what_changed_is_left_out(tmp_path):
    data = {name: saved(photo(seed)) for seed, name in enumerate(("kept", "changed", "gone", "broken"))}
    paths = {}
    for name, content in data.items():
        path = tmp_path / f"{name}.jpg"
        path.write_bytes(content)
        paths[hashlib.sha256(content).hexdigest()] = path
    kept, changed, gone, broken = paths
    paths[changed].write_bytes(saved(photo(9)))
    paths[gone].unlink()
    paths[broken].write_bytes(b"not a picture")
    rendered = FileRenderings(paths, workers=1)([kept, changed, gone, broken, "unknown"])
    assert list(rendered) == [kept]
    # A JPEG decoded at a reduced size differs by rounding.
    assert np.abs(rendered[kept].astype(int) - render(opened(data["kept"]))).mean() < 2.0


def test_nothing_is_started_for_nothing():
    assert FileRenderings({})(["unknown"]) == {}
