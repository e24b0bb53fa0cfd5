import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import FormatVersionError, IntegrityError, UnknownNameError
from pinakes.indexes.bm25.analyzer import Analyzer, fold, open_analyzer, save_analyzer, split

ENGLISH = Analyzer("english")
TEXTS = st.text(
    st.one_of(
        st.sampled_from("aAeEstTß éÉüøŁ’'-‐_.,™½ﬁ٣०\u0301\u00ad 12赤いドя́йёि\u200d\ud800"),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "words", "compounds"),
    [
        ("Xerox 006R90321 toner, 6 pc(s)", ["xerox", "006r90321", "toner", "6", "pc", "s"], []),
        ("USB-C & Wi‐Fi", ["usb", "c", "wi", "fi"], ["usbc", "wifi"]),
        ("a b-c-d 10-20 LP-E6", ["a", "b", "c", "d", "10", "20", "lp", "e6"], ["bcd", "lpe6"]),
        (
            "006R-90321, 2024-02-29 -x- y--z",
            ["006r", "90321", "2024", "02", "29", "x", "y", "z"],
            ["006r90321"],
        ),
        (
            "802.11-b 2-1.5 V-1.5 end.Wi-Fi.",
            ["802.11", "b", "2", "1.5", "v", "1.5", "end", "wi", "fi"],
            ["wifi"],
        ),
        ('17.3" at 802.11b, v2.0. StarTech.com', ["17.3", "at", "802.11b", "v2.0", "startech", "com"], []),
        ("Intel® Core™2 snake_case", ["intel", "core", "2", "snake", "case"], []),
        ("Men's shoes, it’s l'eau", ["men", "shoes", "it", "l", "eau"], []),
        (
            "Crème Brûlée STRASSE straße Łódź Ærø",
            ["creme", "brulee", "strasse", "strasse", "lodz", "aero"],
            [],
        ),
        ("ＦＵＬＬ ﬁne m² soft\u00adhyphen", ["full", "fine", "m2", "softhyphen"], []),
        ("赤いドレス dress", ["赤", "い", "ドレス", "dress"], []),
        ("हिन्दी में", ["हिन्दी", "में"], []),
        ("Ёлка красный Θάλασσα", ["елка", "красный", "θαλασσα"], []),
        ("... -- \ud800 ", [], []),
    ],
)
def test_words_by_hand(text, words, compounds):
    assert split(text) == (words, compounds)


def test_stems_follow_the_language():
    assert ENGLISH.terms("Red dresses, usb-c") == ["red", "dress", "usb", "c", "usbc"]
    assert Analyzer("none").terms("Red dresses") == ["red", "dresses"]
    assert len(set(Analyzer("german").terms("Häuser Hauser Haus"))) == 1
    assert len(set(Analyzer("spanish").terms("acción accion acciones"))) == 1


def test_words_are_returned_as_they_were_typed():
    assert ENGLISH.words("“Red” Dresses, USB-C ... हिन्दी!") == [
        ("Red", ["red"]),
        ("Dresses", ["dress"]),
        ("USB-C", ["usb", "c", "usbc"]),
        ("हिन्दी", ["हिन्दी"]),
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("red dress", ["red", "dress"]),
        ("№ 5", ["№", "5"]),
        ("№5", ["№5"]),  # 5 alone is another word
        ("30℃ 30 ℃", ["30℃", "30", "℃"]),
        ("(‘s-Hertogenbosch)", ["s-Hertogenbosch"]),  # a quotation mark, no apostrophe
        ("'s-Hertogenbosch!", ["'s-Hertogenbosch!"]),
        ("´n´", ["´n´"]),
        ("lemon's", ["lemon's"]),
        ("Purée, d’été.", ["Purée", "d’été"]),
        ("🍸 ... 's", []),
    ],
)
def test_signs_around_a_word_go_where_it_is_the_same_without_them(typed, words):
    assert [word for word, _ in ENGLISH.words(typed)] == words


@given(TEXTS)
def test_a_typed_word_reads_as_itself(text):
    for word, terms in ENGLISH.words(text):
        assert terms[: len(split(word)[0])] == ENGLISH.running_terms(word) != []


@given(TEXTS)
def test_a_word_typed_without_accents_has_the_same_terms(text):
    assert ENGLISH.terms(fold(text)) == ENGLISH.terms(text)


@given(TEXTS)
def test_the_typed_words_have_the_terms_of_the_text(text):
    apart = sorted(term for _, terms in ENGLISH.words(text) for term in terms)
    assert apart == sorted(ENGLISH.terms(text))


@given(TEXTS)
def test_terms_are_not_empty_and_can_be_written(text):
    assert all(term.encode() for term in ENGLISH.terms(text))


def test_an_unknown_language_is_told_the_known_ones():
    with pytest.raises(UnknownNameError, match="did you mean 'english'") as caught:
        Analyzer("englisch")
    assert {"none", "german", "french"} <= set(caught.value.known)


def test_saved_and_opened(tmp_path):
    save_analyzer(tmp_path / "analyzer.json", Analyzer("french"))
    assert json.loads((tmp_path / "analyzer.json").read_text()) == {"format": 2, "language": "french"}
    assert open_analyzer(tmp_path / "analyzer.json") == Analyzer("french")


@pytest.mark.parametrize(
    "content", ["", "[]", '{"format": 2}', '{"format": 2, "language": "klingon"}', "\udcff"]
)
def test_a_broken_description_is_refused(tmp_path, content):
    path = tmp_path / "analyzer.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(IntegrityError) as caught:
        open_analyzer(path)
    assert caught.value.path == path


def test_missing_and_newer_descriptions_are_refused(tmp_path):
    with pytest.raises(IntegrityError, match="cannot be read"):
        open_analyzer(tmp_path / "analyzer.json")
    (tmp_path / "analyzer.json").write_text('{"format": 3, "language": "english"}')
    with pytest.raises(FormatVersionError, match="format 3"):
        open_analyzer(tmp_path / "analyzer.json")
