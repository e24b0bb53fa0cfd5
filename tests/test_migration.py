"""Changing the encoder of a space: nothing is mixed, nothing done twice, and one command leads back."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from typer.testing import CliRunner

import pinakes
from pinakes.cli.app import app
from pinakes.collection import Collection
from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.encoders.families import open_family
from pinakes.errors import SettingsError, SourceError, UnknownNameError, UsageError
from pinakes.migration import Migration
from pinakes.settings import SETTINGS_FILE, load_settings
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.refs import read_ref
from pinakes.testing.random_clip import Shape, write_random_clip
from pinakes.testing.random_text import write_random_text

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_random_clip(tmp_path_factory.mktemp("models") / "clip", Shape(image=64, patch=16, dim=48))


def encoders_of(paths, ref):
    base = read_ref(paths, ref).release.snapshots[0].name
    return open_snapshot(paths, base).manifest.encoders


def test_estimated_built_and_compared(gallery, model):
    paths, to = Collection(gallery).paths, f"clip:{model}"
    old = read_ref(paths, "live").release
    before = encoders_of(paths, "live")["picture"]
    migration = Migration(gallery, to)

    estimate = migration.estimate()
    assert estimate.pictures == estimate.sampled + estimate.lacking
    assert estimate.sampled == min(200, estimate.pictures)
    assert estimate.megabytes == pytest.approx(estimate.pictures * 48 * 2 / 1e6)
    assert read_ref(paths, "live").release == old

    frozen = migration.build()
    assert (frozen.kind, read_ref(paths, "live").release) == ("base", old)
    after = encoders_of(paths, "candidate")["picture"]
    assert (after.name, after.dim) == (to, 48)
    assert after.fingerprint != before.fingerprint
    assert load_settings(gallery).spaces["picture"].encoder == "descriptor"

    found = migration.compare()
    assert found.overlap.n == 60
    assert 0.0 <= found.overlap.mean < 1.0
    assert found.delta.n == len((gallery / "queries.jsonl").read_text().splitlines())
    assert found.delta.low <= found.delta.mean <= found.delta.high
    assert found.after - found.before == pytest.approx(found.delta.mean, abs=2e-4)

    assert migration.build().kind == "nothing"  # run again, nothing is left to do


def test_published_added_to_pinned_and_rolled_back(gallery, model):
    paths, to = Collection(gallery).paths, f"clip:{model}"
    old = read_ref(paths, "live").release
    before = encoders_of(paths, "live")["picture"]
    migration = Migration(gallery, to)
    migration.build()
    after = encoders_of(paths, "candidate")["picture"]
    with pinakes.open(gallery) as engine:
        picture = next((gallery / "images").glob("coin*"))
        with_old = [hit.id for hit in engine.search(image=picture, top=5).hits]
    release = migration.publish()
    assert read_ref(paths, "live").release == release
    assert load_settings(gallery).spaces["picture"].encoder == to
    assert Collection(gallery).verify().ok

    with pinakes.open(gallery, release=old.id) as pinned:  # stays on its own encoder
        assert pinned.vectors("picture")[1].shape[1] == before.dim
        assert [hit.id for hit in pinned.search(image=picture, top=5).hits] == with_old
    with pinakes.open(gallery) as engine:
        _, vectors = engine.vectors("picture")
        encoder = open_family(to).features
        assert vectors.shape[1] == encoder.dim
        assert engine.search(image=picture, top=1).hits[0].id == picture.name.partition("_")[0]

    # A delta is of the new encoder alone.
    extra = gallery / "extra.jsonl"
    row = json.loads((gallery / "items.jsonl").read_text().splitlines()[0])
    extra.write_text(json.dumps({**row, "id": "extra"}) + "\n")
    report = Collection(gallery).add(extra)
    assert report.freeze.kind == "delta"
    assert (
        open_snapshot(paths, report.freeze.snapshot).manifest.encoders["picture"].fingerprint
        == after.fingerprint
    )

    Collection(gallery).rollback(to=old.id)
    assert read_ref(paths, "live").release == old
    assert load_settings(gallery).spaces["picture"].encoder == "descriptor"
    with pinakes.open(gallery) as engine:
        assert [hit.id for hit in engine.search(image=picture, top=5).hits] == with_old
    again = Collection(gallery).sync()
    assert encoders_of(paths, "live")["picture"].fingerprint == before.fingerprint
    assert again.add.features.made == 0


def test_other_spaces_keep_what_was_fitted_for_them(gallery, model, tmp_path):
    words = write_random_text(tmp_path / "words")
    pinakes.index(gallery, encoder=f"text:{words}")
    paths = Collection(gallery).paths
    before = encoders_of(paths, "live")
    other = write_random_text(tmp_path / "other", pinakes.testing.random_text.TextShape(seed=3))
    migration = Migration(gallery, f"text:{other}", space="text")
    assert migration.estimate().sampled == 60
    migration.build()
    after = encoders_of(paths, "candidate")
    assert after["picture"].fingerprint == before["picture"].fingerprint
    assert after["text"].fingerprint != before["text"].fingerprint
    assert migration.compare().overlap.n == 60


@pytest.mark.parametrize(
    ("space", "to", "error", "said"),
    [
        ("nothing", "descriptor", UnknownNameError, "unknown space 'nothing'"),
        ("picture", "clipp", UnknownNameError, "did you mean 'clip'"),
        ("picture", "clip:/nowhere", SettingsError, "there is no folder /nowhere"),
        ("picture", "text", SettingsError, "picture is a space of pictures"),
    ],
)
def test_what_cannot_be_migrated(gallery, tmp_path, space, to, error, said):
    if to == "text":
        to = f"text:{write_random_text(tmp_path / 'words')}"
    with pytest.raises(error, match=said):
        Migration(gallery, to, space).estimate()


def test_nothing_is_published_that_was_not_built(gallery, model):
    with pytest.raises(UnknownNameError, match="candidate"):
        Migration(gallery, f"clip:{model}").publish()
    Migration(gallery, f"clip:{model}").build()
    with pytest.raises(UsageError, match="is not a migration of picture to descriptor"):
        Migration(gallery, "descriptor").publish()


def test_a_picture_that_changed_stops_it_with_what_to_do(gallery, model):
    victim = sorted((gallery / "images").iterdir())[5]
    victim.write_bytes(b"no picture any more")
    with pytest.raises(SourceError, match="run `pinakes index`"):
        Migration(gallery, f"clip:{model}").build()


def test_the_command(gallery, model):
    to = f"clip:{model}"
    written = "# ours\n" + (gallery / SETTINGS_FILE).read_text().replace("[live]", "[live]  # changes")
    (gallery / SETTINGS_FILE).write_text(written)
    asked = CliRunner().invoke(app, ["encoders", "migrate", str(gallery), "--to", to], input="n\n")
    assert asked.exit_code != 0
    assert "MB of vectors" in asked.output
    done = CliRunner().invoke(app, ["encoders", "migrate", str(gallery), "--to", to, "--yes"])
    assert done.exit_code == 0, done.output
    assert "hits in common" in done.output
    assert "nDCG@10" in done.output
    assert "live is as it was" in done.output
    published = CliRunner().invoke(
        app, ["encoders", "migrate", str(gallery), "--to", to, "--publish", "--json"]
    )
    assert published.exit_code == 0, published.output
    said = json.loads(published.stdout)
    assert said["published"] == read_ref(Collection(gallery).paths, "live").release.id
    assert said["estimate"]["lacking"] == 0
    back = CliRunner().invoke(app, ["rollback", str(gallery)])
    assert back.exit_code == 0
    assert load_settings(gallery).spaces["picture"].encoder == "descriptor"
    assert (gallery / SETTINGS_FILE).read_text() == written


BUILD = """
import sys
from pathlib import Path
from pinakes.encoders.clip.encoder import ClipEncoder
from pinakes.ingest import features
from pinakes.migration import Migration
features.BATCH = 4
encode = ClipEncoder.encode_images
def loud(self, prepared):
    print(len(prepared), flush=True)
    return encode(self, prepared)
ClipEncoder.encode_images = loud
Migration(Path(sys.argv[1]), sys.argv[2]).build()
"""


def test_a_kill_in_the_middle_resumes(gallery, model):
    """No picture is encoded twice: what the cache had at the kill is not encoded by the second run."""
    to = f"clip:{model}"
    script = [sys.executable, "-c", BUILD, str(gallery), to]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as first:
        for _ in range(6):
            first.stdout.readline()
        os.kill(first.pid, signal.SIGKILL)
    time.sleep(0.2)
    cache = SQLiteCache(Collection(gallery).paths.features_db).open()
    kept = cache.count(open_family(to).features.fingerprint)
    cache.close()
    assert kept >= 20
    total = open_snapshot(Collection(gallery).paths, "v0001").views["media"].n_unique()
    second = subprocess.run(script, capture_output=True, text=True, check=True)
    encoded = [int(line) for line in second.stdout.split()]
    copies = 50  # the gate of self-retrieval encodes copies of at most so many pictures
    assert sum(encoded) == total - kept + min(copies, total)
    assert encoders_of(Collection(gallery).paths, "candidate")["picture"].name == to
    assert np.isfinite(Migration(gallery, to).compare().overlap.mean)
