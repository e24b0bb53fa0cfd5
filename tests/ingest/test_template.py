"""The file to start from says what index would write, and shows every other key."""

import tomllib
from itertools import pairwise

import pytest

import pinakes
from pinakes.errors import SourceError, StorageError, UsageError
from pinakes.ingest.setup import Options, find_setup
from pinakes.ingest.template import commented, plan_template, write_template
from pinakes.samples.gallery import generate_gallery
from pinakes.settings import Settings, load_settings, parse_settings, save_settings
from pinakes.sources.text import humanise

SET = {
    "name": 'Coins of "Rome"',
    "synthetic": True,
    "source": {
        "path": "lots.csv",
        "fields": {
            "id": "lot",
            "text": ["a", "b # c"],
            "views": {"obverse": "front picture", "reverse": "back"},
            "vectors": {"vector": "v.npy"},
        },
        "fetch": {"enabled": True, "networks": ["10.1.0.0/16"]},
    },
    "attributes": {
        "price": {"type": "float", "column": "hammer price", "decimal": ","},
        "tags": {"type": "set", "separator": ";", "coverage": 0.5},
    },
    "spaces": {
        "vector": {"encoder": "vector", "score": "roles"},
        "picture": {"encoder": "clip:ViT", "dtype": "float32"},
    },
    "search": {"collapse": "near", "fields": {"title": 2.0}},
    "gates": {"waive": ["synthetic"]},
    "live": {"fields": ["price"]},
    "policy": {"licenses": ["cc0"]},
    "cache": {"url": "redis://cache:6379/0"},
}


@pytest.mark.parametrize("data", [{}, {"name": "photos"}, SET, {"spaces": {}}])
def test_it_says_the_settings_and_no_more(data):
    settings = parse_settings(data)
    assert parse_settings(tomllib.loads(commented(settings))) == settings


def test_every_key_can_be_taken_into_force():
    """With each # of a key taken away, the file is still one that can be read."""
    lines = commented(Settings()).splitlines()
    shown = [line for line in lines if line.startswith("#") and not line.startswith("# ")]
    assert len(shown) > 35
    whole = "\n".join(line[1:] if line in shown else line for line in lines)
    settings = parse_settings(tomllib.loads(whole))
    assert settings.source.views == "{id}_{role}.jpg"
    assert settings.attributes["price"].type == "float"
    assert (settings.search, settings.source.fetch) == (Settings().search, Settings().source.fetch)
    for line in shown:  # and each of them alone
        if not line.startswith("#[") and line != '#type = "float"':
            parse_settings(tomllib.loads("\n".join(other[1:] if other is line else other for other in lines)))


def test_lines_of_prose_are_short_and_no_key_lacks_one():
    lines = commented(Settings()).splitlines()
    assert max(map(len, lines)) <= 100
    for before, line in pairwise(lines):
        if line.startswith("#") and not line.startswith(("# ", "#[", '#type = "float"')):
            assert before.startswith("# ")


def test_an_empty_folder_and_one_that_is_not_there_get_the_defaults(tmp_path):
    for name in ("new_photos", "empty"):
        folder = tmp_path / name
        if name == "empty":
            folder.mkdir()
            (folder / ".hidden").touch()
        path = write_template(plan_template(folder))
        assert path == folder / "pinakes.toml"
        assert load_settings(folder) == Settings(name=humanise(name))


def test_it_says_what_index_would_write(tmp_path):
    generate_gallery(tmp_path / "photos", size=12)
    (tmp_path / "photos/pinakes.toml").unlink(missing_ok=True)
    found = find_setup(tmp_path / "photos", None, Options()).settings
    write_template(plan_template(tmp_path / "photos"))
    assert load_settings(tmp_path / "photos") == found
    assert len(found.attributes) > 3
    report = pinakes.index(tmp_path / "photos")
    assert report.add.added == 12
    assert "# What may be shown." in (tmp_path / "photos/pinakes.toml").read_text()


def test_a_table_has_its_collection_where_index_would_put_it(tmp_path):
    table = tmp_path / "lots.csv"
    table.write_text("id,title,price\na,red lamp,5\n", "utf-8")
    assert write_template(plan_template(table)) == tmp_path / "lots/pinakes.toml"
    assert load_settings(tmp_path / "lots").source.path == "../lots.csv"
    assert write_template(plan_template(table, tmp_path / "shop")) == tmp_path / "shop/pinakes.toml"
    for source, into in ((table, None), (table, tmp_path / "shop")):
        with pytest.raises(UsageError, match="is there already"):
            plan_template(source, into)


def test_no_file_is_replaced(tmp_path):
    file = tmp_path / "pinakes.toml"
    setup = plan_template(tmp_path)
    file.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match=r"is there already: change it as you like, then run: pinakes index"):
        plan_template(tmp_path)
    with pytest.raises(UsageError, match="is there already"):
        write_template(setup)
    assert file.read_text("utf-8") == "mine"


def test_a_change_by_index_leaves_the_comments(tmp_path):
    write_template(plan_template(tmp_path))
    settings = load_settings(tmp_path)
    changed = settings.model_copy(
        update={"source": settings.source.model_copy(update={"views": "{id}_{role}.png"})}
    )
    save_settings(tmp_path, changed)
    assert load_settings(tmp_path) == changed
    assert "# fetches at the same time\n#at_once = 16" in (tmp_path / "pinakes.toml").read_text("utf-8")


def test_what_cannot_be_indexed_is_refused(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        plan_template(tmp_path / "lots.csv")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(SourceError, match="no pictures and no table"):
        plan_template(tmp_path)
    setup = plan_template(tmp_path / "new")
    (tmp_path / "new").write_text("a file")
    with pytest.raises(StorageError, match="cannot write"):
        write_template(setup)
