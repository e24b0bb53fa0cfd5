"""docs/settings.md is what docs/_settings.py writes, and its example is a file that can be used."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from pinakes.settings import parse_settings
from pinakes.types import RESERVED_FIELDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "settings.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "_settings.py"], cwd=DOCS, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == PAGE, "run: python docs/_settings.py > docs/settings.md"


def test_the_examples_can_be_used():
    examples = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    settings = [parse_settings(tomllib.loads(example)) for example in examples]
    assert settings[0].live.fields == ("price",)
    assert settings[-1].spaces["picture"].encoder == "descriptor"


def test_the_reserved_names_are_named():
    for name in RESERVED_FIELDS:
        assert f"`{name}`" in PAGE


def test_no_key_lacks_its_meaning():
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(rows) > 25
    assert all(len(row) == 4 and len(row[3]) > 10 for row in rows)
