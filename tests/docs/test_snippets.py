"""Every snippet of the README and the docs runs, in a folder of its own, in the order of the page."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pinakes.samples.gallery import generate_gallery

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SNIPPET = re.compile(r"^```(python|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "photos"
    generate_gallery(folder, size=60)
    return folder


def snippets(page):
    return [(kind, code) for kind, code in SNIPPET.findall(page.read_text())]


@pytest.mark.parametrize("page", [p for p in PAGES if snippets(p)], ids=lambda p: p.name)
def test_snippets_run(page, gallery, tmp_path):
    """``sh`` snippets are lines of ``pinakes ...``; ``python`` snippets of one page share their names."""
    subprocess.run(["cp", "-r", str(gallery), str(tmp_path / "photos")], check=True)
    script = []
    for kind, code in snippets(page):
        if kind == "python":
            script.append(code)
            continue
        for line in code.replace("\\\n", " ").splitlines():
            command = shlex.split(line, comments=True)
            if not command or command[0] != "pinakes":
                continue
            done = subprocess.run(
                [sys.executable, "-m", "pinakes", *command[1:]],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{page.name}: {line}\n{done.stdout}{done.stderr}"
    if script:
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(script)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{page.name}\n{done.stderr}"
