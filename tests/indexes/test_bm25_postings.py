from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import FormatVersionError, IntegrityError
from pinakes.indexes.bm25 import build as module
from pinakes.indexes.bm25 import build_postings, open_postings, save_postings
from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.indexes.bm25.build import APART

PLAIN = Analyzer("none")
FIELDS = {"title": ["red dress", "", "Wi-Fi dress"], "text": ["dress dress dress", "é", ""]}


def as_lists(postings, field):
    """Return {term: [(row, how often), ...]} of one field."""
    found = {}
    for number, term in enumerate(postings.terms):
        assert postings.terms.find(term) == number
        docs, tfs = postings.fields[field].occurrences(number)
        if len(docs):
            found[term] = list(zip(docs.tolist(), tfs.tolist(), strict=True))
    return found


def test_built_by_hand():
    postings = build_postings(FIELDS, PLAIN)
    assert postings.terms.data.tobytes() == b"dressefiredwiwifi"
    assert postings.terms.offsets.tolist() == [0, 5, 6, 8, 11, 13, 17]
    title, text = postings.fields["title"], postings.fields["text"]
    assert title.starts.tolist() == [0, 2, 2, 3, 4, 5, 6]
    assert title.docs.tolist() == [0, 2, 2, 0, 2, 2]
    assert title.tfs.tolist() == [1, 1, 1, 1, 1, 1]
    assert title.lengths.tolist() == [2, 0, 3]  # the compound of Wi-Fi does not count
    assert text.starts.tolist() == [0, 1, 2, 2, 2, 2, 2]
    assert (text.docs.tolist(), text.tfs.tolist(), text.lengths.tolist()) == ([0, 1], [3, 1], [3, 1, 0])
    # Words are numbered as they are sorted, here as their terms; 6 is a gap.
    assert (list(postings.words), postings.term_of.tolist()) == (list(postings.terms), [0, 1, 2, 3, 4, 5])
    assert title.tokens.tolist() == [3, 0, 6, 4, 2, 0, 6, 5, 6]
    assert (title.firsts.tolist(), title.counts.tolist()) == ([0, 3, 3, 9], [2, 0, 1, 1, 1, 1])
    assert [a.dtype for a in (title.starts, title.docs, title.tfs, title.lengths)] == [
        np.int64,
        np.uint32,
        np.uint16,
        np.uint32,
    ]
    assert (postings.rows, postings.terms.find("red"), postings.terms.find("blue")) == (3, 3, None)


@given(
    st.lists(st.lists(st.sampled_from(["abc", "aa", "é", "ж", "赤", "zz"]), max_size=6), max_size=12),
    st.integers(1, 9),
)
def test_every_block_size_gives_a_naive_count(documents, block):
    texts = [" ".join(words) for words in documents]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_WORDS", block)
        postings = build_postings({"text": texts, "none": [""] * len(texts)}, PLAIN)
    expected = {}
    for row, text in enumerate(texts):
        for term, n in Counter(PLAIN.terms(text)).items():
            expected.setdefault(term, []).append((row, n))
    assert as_lists(postings, "text") == expected
    assert list(as_lists(postings, "text")) == sorted(expected, key=str.encode)
    assert as_lists(postings, "none") == {}
    assert postings.fields["text"].lengths.tolist() == [len(words) for words in documents]


def test_words_lie_in_order_with_gaps_between_attributes_and_around_compounds():
    postings = build_postings({"text": [f"red dress{APART}Wi-Fi", "", "dresses"]}, Analyzer("english"))
    words, text = list(postings.words), postings.fields["text"]
    assert words == ["dress", "dresses", "fi", "red", "wi", "wifi"]
    assert [list(postings.terms)[term] for term in postings.term_of] == [
        "dress",
        "dress",
        "fi",
        "red",
        "wi",
        "wifi",
    ]
    assert [[*words, "|"][n] for n in text.tokens] == [
        "red",
        "dress",
        "|",
        "wi",
        "fi",
        "|",
        "wifi",
        "|",
        "dresses",
        "|",
    ]
    assert (text.lengths.tolist(), text.firsts.tolist()) == ([4, 0, 1], [0, 8, 8, 10])
    tokens, rows = text.words_of(np.array([0, 2]))
    assert (tokens.tolist(), rows.tolist()) == (text.tokens.tolist(), [0] * 8 + [2] * 2)


def test_an_index_of_an_older_pinakes_says_what_to_do(tmp_path):
    save_postings(tmp_path, build_postings(FIELDS, PLAIN))
    (tmp_path / "analyzer.json").write_text('{"format":1,"language":"none"}')
    with pytest.raises(FormatVersionError, match="index the collection again"):
        open_postings(tmp_path)


def test_a_frequency_past_the_type_is_cut_but_the_length_is_not():
    field = build_postings({"text": ["a " * 70_000]}, PLAIN).fields["text"]
    assert (field.tfs.tolist(), field.lengths.tolist()) == ([65_535], [70_000])


def test_fields_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one text per item"):
        build_postings({"title": ["a"], "text": ["a", "b"]}, PLAIN)


@pytest.mark.parametrize("fields", [FIELDS, {"title": []}, {"title": ["", ""], "text": ["", ""]}])
def test_saved_and_opened(tmp_path, fields):
    built = build_postings(fields, PLAIN)
    save_postings(tmp_path / "lexical", built)
    opened = open_postings(tmp_path / "lexical")
    assert opened.analyzer == PLAIN
    assert list(opened.terms) == list(built.terms)
    assert list(opened.words) == list(built.words)
    assert opened.term_of.tolist() == built.term_of.tolist()
    assert opened.rows == built.rows
    assert {name: as_lists(opened, name) for name in fields} == {
        name: as_lists(built, name) for name in fields
    }


def test_two_builds_write_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save_postings(tmp_path / name, build_postings(FIELDS, PLAIN))
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [p.name for p in one] == [p.name for p in two]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


PARTS = ("starts", "docs", "tfs", "lengths", "tokens", "firsts", "counts")
FILES = [
    *("analyzer.json", "terms.bin", "terms.offsets.npy", "words.bin", "words.offsets.npy", "words.terms.npy"),
    *(f"{field}.{part}.npy" for field in FIELDS for part in PARTS),
]


DAMAGES = [(name, damage) for name in FILES for damage in ("missing", "empty", "truncated")] + [
    (name, damage) for name in FILES if name.endswith(".npy") for damage in ("shorter", "type")
]


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_damage_is_refused(tmp_path, name, damage):
    save_postings(tmp_path, build_postings(FIELDS, PLAIN))
    path = tmp_path / name
    assert {p.name for p in tmp_path.iterdir()} == set(FILES)
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-1])
    elif damage == "shorter":
        np.save(path, np.load(path)[:-1])
    else:
        np.save(path, np.load(path).astype(np.float32))
    with pytest.raises(IntegrityError):
        open_postings(tmp_path)


def test_a_folder_without_fields_is_refused(tmp_path):
    save_postings(tmp_path, build_postings({}, PLAIN))
    with pytest.raises(IntegrityError, match="holds no field"):
        open_postings(tmp_path)
