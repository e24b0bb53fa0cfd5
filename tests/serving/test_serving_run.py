import json
import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from pinakes.cli.app import run as pinakes
from pinakes.errors import UsageError
from pinakes.serving.config import ServingConfig
from pinakes.serving.run import address, listen


def test_a_free_port_is_found():
    with listen(ServingConfig(port=0)) as listening:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d{4,5}", address(listening))


def test_a_port_that_is_taken_is_said_to_be():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1, port {port}: .*another port"):
            listen(ServingConfig(port=port))


@pytest.mark.parametrize(
    ("options", "keys", "message"),
    [
        (["--host", "0.0.0.0"], "", "PINAKES_API_KEYS"),
        ([], "admin:short", "API key 1 must have 16"),
        (["--workers", "0"], "", "--workers"),
    ],
)
def test_what_cannot_be_served_ends_with_a_message(pristine, monkeypatch, capsys, options, keys, message):
    monkeypatch.setenv("PINAKES_API_KEYS", keys)
    assert pinakes(["serve", str(pristine), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_is_no_collection_is_not_served(tmp_path, capsys):
    assert pinakes(["serve", str(tmp_path)]) == 2
    assert "not a collection" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_the_command_serves_until_it_is_told_to_end(pristine, workers):
    command = [
        sys.executable,
        "-m",
        "pinakes",
        "serve",
        str(pristine),
        "--port",
        "0",
        "--workers",
        str(workers),
    ]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        first = serving.stdout.readline()
        url = re.search(r"http://\S+", first)[0]
        with httpx.Client(base_url=url, timeout=30) as client:
            for _ in range(6):  # each on a connection of its own, so that every worker has its share
                answer = httpx.post(f"{url}/v1/search", json={"text": "blue"}, timeout=30)
                assert answer.status_code == 200
            page = client.get("/metrics").text
        counted = 'pinakes_requests_total{method="POST",route="/v1/search",status="200"} 6.0'
        assert counted in page
    finally:
        serving.send_signal(signal.SIGTERM)
        _, log = serving.communicate(timeout=60)
    lines = [json.loads(line) for line in log.splitlines()]
    assert sum(line.get("route") == "/v1/search" for line in lines) == 6
    assert not [line for line in lines if line["level"] == "error"]
    assert serving.returncode in (0, -signal.SIGTERM)
