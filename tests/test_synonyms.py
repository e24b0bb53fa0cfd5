import pytest

import pinakes
from pinakes.collection import Collection
from pinakes.errors import SettingsError
from pinakes.synonyms import load_synonyms, parse_synonyms, split_settings, with_synonyms

FILE = """
# what people call it
[two_way]
sofa = ["couch", "love seat"]

[one_way]
"denim trousers" = ["jeans"]
sofa = ["divan"]
"""


def test_two_way_and_one_way():
    assert parse_synonyms(FILE) == {
        "couch": ["love seat", "sofa"],
        "denim trousers": ["jeans"],
        "love seat": ["couch", "sofa"],
        "sofa": ["couch", "divan", "love seat"],
    }
    assert parse_synonyms("") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[two_way]\nsofa = [\n", r"not valid TOML.*line|not valid TOML"),
        ('[two_way]\n\nsofa = "couch"', r"line 3: 'sofa' takes a list of at least one text.*got 'couch'"),
        ("[two_way]\nsofa = []", "line 2: 'sofa' takes a list"),
        ('[one_way]\na = ["b"]\n"love seat" = ["x", 3]', "line 3: 'love seat' takes a list"),
        ('[two_way]\nsofa = ["--"]', r"line 2: 'sofa' cannot have '--'.*no letter"),
        ('[two_way]\n"!" = ["sofa"]', "line 2: '!' has no letter"),
        ('[two_way]\nsofa = ["sofa"]', "line 2: 'sofa' names a word twice"),
        ('[two_way]\na = ["b"]\n[one_way]\na = ["c", "c"]', "line 4: 'a' names a word twice"),
        ('\n[both]\nsofa = ["couch"]', r"line 2: 'both' is not known; write \[two_way\]"),
        ('sofa = ["couch"]', r"line 1: 'sofa' is not known; write \[two_way\]"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, message):
    with pytest.raises(SettingsError, match=message):
        parse_synonyms(text, where="synonyms.toml")


def test_too_many_are_refused():
    with pytest.raises(SettingsError, match="at most 10000"):
        parse_synonyms("[one_way]\n" + "\n".join(f'w{n} = ["x"]' for n in range(10_001)))


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    assert load_synonyms(tmp_path) == {}
    (tmp_path / "synonyms.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot read"):
        load_synonyms(tmp_path)


def test_settings_of_a_release():
    assert split_settings(with_synonyms({"name": "x"}, {"a": ["b"]})) == ({"name": "x"}, {"a": ["b"]})
    assert with_synonyms({"name": "x"}, {}) == {"name": "x"}


def test_synonyms_belong_to_a_release_and_come_back_with_it(gallery):
    collection = Collection(gallery)
    before = collection.publish("v0001").id
    (gallery / "synonyms.toml").write_text('[one_way]\nspecie = ["coin"]\n')
    with pinakes.open(gallery) as engine:
        assert engine.search("specie ").hits == ()  # not before it is published
        with_words = collection.publish("v0001").id
        engine.refresh()
        found = engine.search("specie ")
        assert with_words != before
        assert found.release == with_words
        assert set(found.ids) == set(engine.search("coin").ids)
        collection.rollback(before)
        engine.refresh()
        assert engine.search("specie ").hits == ()
        collection.rollback(with_words)
        engine.refresh()
        assert engine.search("specie ").ids == found.ids
    (gallery / "synonyms.toml").write_text("[one_way]\nspecie = 1\n")
    with pytest.raises(SettingsError, match="line 2"):
        collection.publish("v0001")
