import math
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import SettingsError, UsageError
from pinakes.settings import (
    NAME_PATTERN,
    SETTINGS_FILE,
    AttributeSettings,
    FieldMap,
    LiveSettings,
    Settings,
    SourceSettings,
    SpaceSettings,
    load_settings,
    parse_settings,
    save_settings,
)
from pinakes.types import RESERVED_FIELDS, AttributeType

PRICE = {"attributes": {"price": {"type": "float"}}}


def test_an_empty_file_is_a_collection_with_defaults(tmp_path):
    (tmp_path / SETTINGS_FILE).write_text("")
    settings = load_settings(tmp_path)
    assert settings == Settings() == parse_settings({})
    assert settings.format == 1
    assert settings.source.path == "."
    assert settings.spaces == {"picture": SpaceSettings(encoder="descriptor", dtype="float16")}
    assert (settings.search.fields.title, settings.search.fields.text) == (3.0, 1.0)
    assert settings.gates.self_retrieval == 0.95
    assert settings.attribute_types == {}


def test_the_types_of_the_attributes_by_name():
    tables = {kind.value: {"type": kind.value} for kind in AttributeType}
    assert parse_settings({"attributes": tables}).attribute_types == {k.value: k for k in AttributeType}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"nam": 1}, "unknown key 'nam'; did you mean 'name'?"),
        ({"source": {"paht": "."}}, "unknown key 'source.paht'; did you mean 'path'?"),
        ({"source": {"fields": {"texts": []}}}, "unknown key 'source.fields.texts'; did you mean 'text'?"),
        (
            {"attributes": {"price": {"type": "float", "colum": "p"}}},
            "unknown key 'attributes.price.colum'; did you mean 'column'?",
        ),
        (
            {"spaces": {"picture": {"encoder": "x", "dtyp": "float16"}}},
            "unknown key 'spaces.picture.dtyp'; did you mean 'dtype'?",
        ),
        ({"search": {"fields": {"titel": 2}}}, "unknown key 'search.fields.titel'; did you mean 'title'?"),
        ({"live": {"qqq": 1}}, "unknown key 'live.qqq'; known keys: fields"),
        (
            {"zzz": 1},
            "unknown key 'zzz'; known keys: attributes, cache, format, gates, live, name, policy, search, "
            "source, spaces, synthetic",
        ),
        ({"format": 2}, "format: Input should be 1, got 2"),
        ({"source": {"path": 5}}, "source.path: Input should be a valid string, got 5"),
        (
            {"spaces": {"foo": 1}},
            "spaces.foo: a table is expected, whose keys stand below a line [spaces.foo], got 1",
        ),
        ({"attributes": {"price": {}}}, "attributes.price.type: Field required"),
        (
            {"attributes": {"price": {"type": "flot"}}},
            "attributes.price.type: Input should be 'string', 'integer', 'float', 'bool', 'date' or 'set', "
            "got 'flot'",
        ),
        (
            {"gates": {"self_retrieval": 2}},
            "gates.self_retrieval: Input should be less than or equal to 1, got 2",
        ),
        (
            {"attributes": {"price": {"type": "float", "coverage": math.nan}}},
            "attributes.price.coverage: Input should be less than or equal to 1, got nan",
        ),
        (
            {"live": {"fields": ["stock"]}},
            "the file: live field 'stock' is not among [attributes]; there are none",
        ),
        (
            {**PRICE, "live": {"fields": ["price", "stock"]}},
            "the file: live field 'stock' is not among [attributes]. Known: price",
        ),
    ],
)
def test_what_is_said_of_settings_that_do_not_fit(data, said):
    with pytest.raises(SettingsError) as caught:
        parse_settings(data, where="my/pinakes.toml")
    assert str(caught.value) == f"my/pinakes.toml:\n  {said}"


def test_every_slip_is_named_at_once():
    with pytest.raises(SettingsError) as caught:
        parse_settings({"nam": 1, "source": {"paht": "."}, "format": 2})
    assert len(str(caught.value).splitlines()) == 4


@pytest.mark.parametrize("name", RESERVED_FIELDS)
def test_an_attribute_cannot_take_a_name_that_every_item_has(name):
    with pytest.raises(SettingsError, match=f"attribute '{name}' has a reserved name; give it another"):
        parse_settings({"attributes": {name: {"type": "string"}}})


@pytest.mark.parametrize("name", ["", "a-b", "1a", "a b", "é", "a.b", "^.*$", "a\n"])
@pytest.mark.parametrize("table", ["attributes", "spaces"])
def test_names_are_letters_digits_and_underscores(name, table):
    inner = {"type": "string"} if table == "attributes" else {"encoder": "descriptor"}
    with pytest.raises(SettingsError, match=re.escape(f"{table}: {name!r} is not a name")):
        parse_settings({table: {name: inner}})


def test_a_live_field_is_an_attribute():
    assert parse_settings({**PRICE, "live": {"fields": ["price"]}}).live.fields == ("price",)


def test_a_file_holds_what_is_special_and_nothing_else(tmp_path):
    settings = Settings(name="Coins", attributes={"price": AttributeSettings(type=AttributeType.FLOAT)})
    save_settings(tmp_path, settings)
    lines = (tmp_path / SETTINGS_FILE).read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        *('name = "Coins"', "format = 1", "[attributes.price]", 'type = "float"')
    ]
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS_FILE]


words = st.text(max_size=8)
names = st.from_regex(NAME_PATTERN, fullmatch=True).filter(lambda name: name not in RESERVED_FIELDS)
attribute_tables = st.dictionaries(
    names,
    st.builds(
        AttributeSettings,
        type=st.sampled_from(AttributeType),
        column=st.none() | words,
        separator=st.text(min_size=1, max_size=2),
        required=st.booleans(),
        coverage=st.floats(0, 1),
    ),
    max_size=3,
)
sources = st.builds(
    SourceSettings,
    path=words,
    views=st.none() | words,
    fields=st.builds(
        FieldMap,
        id=st.none() | words,
        text=st.lists(words, max_size=2).map(tuple),
        views=st.dictionaries(words, words, max_size=2),
    ),
)


@given(
    settings=st.builds(
        Settings,
        name=words,
        source=sources,
        attributes=attribute_tables,
        spaces=st.dictionaries(names, st.builds(SpaceSettings, encoder=words), max_size=2),
    ),
    live=st.booleans(),
)
def test_what_is_saved_is_what_is_loaded(tmp_path_factory, settings, live):
    fields = tuple(settings.attributes) if live else ()
    settings = settings.model_copy(update={"live": LiveSettings(fields=fields)})
    folder = tmp_path_factory.getbasetemp()
    save_settings(folder, settings)
    assert load_settings(folder) == settings


def test_a_folder_with_a_space_is_quoted_in_the_command_to_paste(tmp_path):
    folder = tmp_path / "my photos"
    folder.mkdir()
    with pytest.raises(SettingsError, match=f"make it one with: pinakes index '{folder}'"):
        load_settings(folder)


def test_a_folder_without_the_file_is_no_collection(tmp_path):
    with pytest.raises(SettingsError, match=r"is not a collection .*; make it one with: pinakes index "):
        load_settings(tmp_path)


@pytest.mark.parametrize("content", [b"name = ", b"[source\n", b'name = "\xff"', b"a = 1\na = 2"])
def test_a_file_that_is_not_toml(tmp_path, content):
    (tmp_path / SETTINGS_FILE).write_bytes(content)
    with pytest.raises(SettingsError, match=r"pinakes.toml: not valid TOML: "):
        load_settings(tmp_path)


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / SETTINGS_FILE).mkdir()
    with pytest.raises(SettingsError, match=r"cannot read .*pinakes.toml: Is a directory"):
        load_settings(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(UsageError, match=r"cannot write .*pinakes.toml: No such file or directory"):
        save_settings(tmp_path / "absent", Settings())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_keeps_the_settings_and_leaves_nothing_behind(tmp_path):
    save_settings(tmp_path, Settings(name="before"))
    (tmp_path / "pinakes.toml.tmp").symlink_to("/dev/full")
    with pytest.raises(UsageError, match=r"cannot write .*pinakes.toml: No space left on device"):
        save_settings(tmp_path, Settings(name="after"))
    assert load_settings(tmp_path).name == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["pinakes.toml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_keeps_its_settings(tmp_path):
    save_settings(tmp_path, Settings(name="before"))
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(UsageError, match=r"cannot write .*: Permission denied"):
        save_settings(tmp_path, Settings(name="after"))
    assert load_settings(tmp_path).name == "before"
    tmp_path.chmod(stat.S_IRWXU)


def test_a_file_that_is_there_keeps_its_comments_and_its_order(tmp_path):
    path = tmp_path / SETTINGS_FILE
    path.write_text('# ours\n[spaces.picture]\nencoder = "descriptor"  # for now\n\n[search]  # words\n')
    settings = load_settings(tmp_path)
    changed = settings.model_copy(update={"spaces": {"picture": SpaceSettings(encoder="clip")}})
    save_settings(tmp_path, changed)
    assert path.read_text() == '# ours\n[spaces.picture]\nencoder = "clip"  # for now\n\n[search]  # words\n'
    save_settings(tmp_path, settings)
    assert load_settings(tmp_path) == settings
    assert "# ours" in path.read_text()


def test_a_file_that_cannot_be_edited_is_written_anew(tmp_path):
    (tmp_path / SETTINGS_FILE).write_text("nonsense =")
    save_settings(tmp_path, Settings(name="new"))
    assert load_settings(tmp_path).name == "new"
