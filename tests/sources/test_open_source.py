import pytest

from pinakes.errors import SettingsError, SourceError
from pinakes.settings import parse_settings
from pinakes.sources.folder import FolderSource
from pinakes.sources.open import open_source
from pinakes.sources.table import TableSource


def test_a_folder_and_a_table(tmp_path):
    (tmp_path / "items.csv").write_text("id\n")
    folder = open_source(parse_settings({"source": {"views": "{id}_{role}"}}), tmp_path)
    assert isinstance(folder, FolderSource)
    assert (folder.pattern.text, folder.with_folder) == ("{id}_{role}", False)
    assert isinstance(open_source(parse_settings({"source": {"path": "items.csv"}}), tmp_path), TableSource)
    listed = parse_settings({"attributes": {"folder": {"type": "string"}}})
    assert open_source(listed, tmp_path).with_folder


def test_sources_that_cannot_be_opened(tmp_path):
    with pytest.raises(SourceError, match=r"does not exist; in pinakes\.toml, source\.path says"):
        open_source(parse_settings({"source": {"path": "gone"}}), tmp_path)
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(SourceError, match="not a table that can be read"):
        open_source(parse_settings({"source": {"path": "a.xlsx"}}), tmp_path)
    with pytest.raises(SettingsError, match="must hold"):
        open_source(parse_settings({"source": {"views": "{id}.jpg"}}), tmp_path)
