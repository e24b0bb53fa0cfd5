"""The files in ``deploy/`` and the runbooks name what exists."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pinakes.cli.app import run as pinakes
from pinakes.serving.run import THREADS, threads_of

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana/pinakes.json").read_text())
GROUPS = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
EXPRESSIONS = [*QUERIES, *(alert["expr"] for alert in ALERTS)]


@pytest.fixture(scope="module")
def exported(client):
    """Every metric that has been counted once, with its labels."""
    assert client.post("/v1/search", json={"text": "blue", "where": "family = 'coin'"}).status_code == 200
    assert client.post("/v1/search", json={}).status_code == 400
    found = {}
    for name, labels in re.findall(r"^(pinakes_\w+)(?:\{(.*?)\})? ", client.get("/metrics").text, re.M):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_of_dashboard_and_alerts_is_exported(exported, expression):
    for name, selected in re.findall(r"(pinakes_\w+)(?:\{(.*?)\})?", expression):
        assert name in exported
        assert set(re.findall(r"(\w+)(?:=~|=|!=)", selected)) <= exported[name]
    grouped = {
        label for labels in re.findall(r"by \(([\w, ]+)\)", expression) for label in labels.split(", ")
    }
    assert grouped <= {label for labels in exported.values() for label in labels}


def test_everything_that_is_exported_is_documented(exported):
    page = (ROOT / "docs/serving.md").read_text()
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported if "_created" not in name}
    assert {name for name in families if f"`{name}`" not in page} == set()


def test_every_alert_has_a_runbook_and_every_runbook_an_alert():
    pages = {alert["annotations"]["runbook"]: alert["alert"] for alert in ALERTS}
    assert sorted(pages) == sorted(
        f"docs/runbooks/{path.name}" for path in (ROOT / "docs/runbooks").iterdir()
    )
    table = (ROOT / "docs/deploying.md").read_text()
    for page, alert in pages.items():
        assert (ROOT / page).read_text().startswith(f"# {alert}\n")
        assert f"| {alert} | [{Path(page).stem}]({page.removeprefix('docs/')}) |" in table


def test_links_between_the_pages_lead_somewhere():
    for page in [ROOT / "docs/deploying.md", *(ROOT / "docs/runbooks").iterdir()]:
        for target in re.findall(r"\]\(([\w/.-]+)\)", page.read_text()):
            assert (page.parent / target).exists()


@pytest.fixture
def options(capsys):
    """What `pinakes serve` can be told."""
    assert pinakes(["serve", "--help"]) == 0
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out))


def test_the_unit_calls_what_exists(options):
    line = re.search(r"^ExecStart=(.*)$", (DEPLOY / "pinakes.service").read_text(), re.M)[1]
    assert set(re.findall(r"--[a-z-]+", line)) <= options


def test_the_container_calls_what_exists(options):
    text = (DEPLOY / "Containerfile").read_text()
    lines = re.findall(r"^(?:ENTRYPOINT|CMD) \[.*\]$", text, re.M)
    assert set(re.findall(r"--[a-z-]+", " ".join(lines))) <= options
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.M):
        assert all((ROOT / path).exists() for path in source.split())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(tmp_path):
    unit = (DEPLOY / "pinakes.service").read_text()
    (tmp_path / "pinakes.service").write_text(unit.replace("/opt/pinakes/bin/pinakes", sys.executable))
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "pinakes.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "pinakes.service" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


def test_workers_share_the_cores(monkeypatch):
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert set(threads_of(2).values()) == {"2"}
    assert set(threads_of(8).values()) == {"1"}
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert set(threads_of(2)) == set(THREADS) - {"OMP_NUM_THREADS"}
