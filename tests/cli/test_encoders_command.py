"""``pinakes encoders``: the list, fetching from a hub on loopback, and what cannot be done."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from pinakes.cli import encoders
from pinakes.encoders.clip.models import MODELS
from pinakes.encoders.clip.resolve import fetch_model, find_model
from pinakes.encoders.text.models import MODELS as TEXT_MODELS
from pinakes.errors import UnknownNameError, UsageError
from pinakes.testing.random_clip import Shape, write_random_clip

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty local cache of the hub's client."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def hub(tmp_path):
    """A hub on loopback that has one model, and notes what is asked of it."""
    folder = write_random_clip(tmp_path / "served", Shape(layers=1))
    (folder / "visual/model.armnn").write_bytes(b"for another runtime")
    (folder / "README.md").write_text("about")
    files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    asked = []

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self):
            path = urlsplit(self.path).path
            asked.append((self.command, path))
            repository = "immich-app/ViT-B-32__openai"
            if path.startswith(f"/api/models/{repository}/tree/"):
                self._json([self._entry(name, content) for name, content in files.items()])
            elif path.startswith(f"/api/models/{repository}"):
                siblings = [{"rfilename": name} for name in files]
                self._json({"id": repository, "sha": COMMIT, "siblings": siblings})
            elif path.startswith(f"/{repository}/resolve/"):
                name = path.split("/resolve/")[1].partition("/")[2]
                self._answer(200, files[name], ETag=f'"{hashlib.sha1(files[name]).hexdigest()}"')
            else:
                self._answer(404, b"{}", **{"X-Error-Code": "RepoNotFound"})

        do_HEAD = do_GET  # noqa: N815 (the name that the server looks for)

        def _entry(self, name, content):
            return {
                "type": "file",
                "path": name,
                "size": len(content),
                "oid": hashlib.sha1(content).hexdigest(),
            }

        def _json(self, value):
            self._answer(200, json.dumps(value).encode(), **{"Content-Type": "application/json"})

        def _answer(self, status, body, **headers):
            self.send_response(status)
            for key, value in {"X-Repo-Commit": COMMIT, "Content-Length": len(body), **headers}.items():
                self.send_header(key, str(value))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(*arguments):
    return CliRunner().invoke(encoders.encoders_app, arguments, catch_exceptions=True)


def test_the_list_has_every_encoder_and_what_is_published_of_it(cache):
    done = run("list", "--no-measure", "--json")
    assert done.exit_code == 0, done.output
    listed = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert set(listed) == {
        "descriptor",
        *(f"clip:{name}" for name in MODELS),
        *(f"text:{name}" for name in TEXT_MODELS),
    }
    assert listed["text:all-MiniLM-L6-v2"]["licence"] == "Apache-2.0"
    openai = listed["clip:ViT-B-32__openai"]
    assert (openai["dim"], openai["megabytes"], openai["memory"], openai["recall"]) == (512, 605, 1004, 59.37)
    assert openai["licence"] == "MIT"
    assert openai["here"] is False and openai["milliseconds"] is None
    assert listed["descriptor"]["here"] is True


def test_the_list_for_people_fits_names_and_figures(cache):
    done = run("list", "--no-measure")
    assert "clip:ViT-B-16-SigLIP2__webli" in done.stdout
    assert "75.19" in done.stdout and "Apache-2.0" in done.stdout


def test_a_model_is_fetched_once_and_then_found_without_a_network(hub, cache, monkeypatch):
    address, asked = hub
    folder = fetch_model("ViT-B-32__openai", endpoint=address)
    assert folder.is_relative_to(cache)
    assert (folder / "visual/model.onnx").stat().st_size > 10_000
    assert not (folder / "visual/model.armnn").exists(), "files of other runtimes are not fetched"
    assert not (folder / "README.md").exists()
    assert find_model("ViT-B-32__openai") == folder
    before = len([path for method, path in asked if method == "GET" and "/resolve/" in path])
    fetch_model("ViT-B-32__openai", endpoint=address)
    assert len([path for method, path in asked if method == "GET" and "/resolve/" in path]) == before
    listed = {e["name"]: e for e in json.loads(run("list", "--json").stdout)}
    assert listed["clip:ViT-B-32__openai"]["here"] is True
    assert 0 < listed["clip:ViT-B-32__openai"]["milliseconds"] < 1000


def test_a_repository_that_the_hub_does_not_have(hub, cache):
    address, _ = hub
    with pytest.raises(UsageError, match="cannot fetch somebody/nothing: "):
        fetch_model("somebody/nothing", endpoint=address)


def test_fetching_a_name_that_does_not_exist(cache):
    done = run("fetch", "clip:ViT-B-32__opanai")
    assert isinstance(done.exception, UnknownNameError)
    assert "did you mean 'ViT-B-32__openai'" in str(done.exception)


def test_what_has_no_model_is_not_fetched(cache):
    done = run("fetch", "descriptor")
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == "descriptor has no model to fetch: it works as it is"


def test_exporting_something_else(tmp_path):
    done = run("export", "ViT-B-32", "--into", str(tmp_path / "out"))
    assert isinstance(done.exception, UsageError)
    assert "write openclip:<architecture>/<tag>" in str(done.exception)
