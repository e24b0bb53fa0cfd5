from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import IntegrityError
from pinakes.indexes.bm25 import postings as module
from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.indexes.bm25.postings import build_postings, open_postings, save_postings

PLAIN = Analyzer("none")
FIELDS = {"title": ["red dress", "", "Wi-Fi dress"], "text": ["dress dress dress", "é", ""]}


def as_lists(postings, field):
    """Return {term: [(row, how often), ...]} of one field."""
    bounds = postings.offsets.tolist()
    terms = [postings.terms[a:b].tobytes().decode() for a, b in pairwise(bounds)]
    found = {}
    for number, term in enumerate(terms):
        assert postings.find(term) == number
        docs, tfs = postings.fields[field].occurrences(number)
        if len(docs):
            found[term] = list(zip(docs.tolist(), tfs.tolist(), strict=True))
    return found


def test_built_by_hand():
    postings = build_postings(FIELDS, PLAIN)
    assert postings.terms.tobytes() == b"dressefiredwiwifi"
    assert postings.offsets.tolist() == [0, 5, 6, 8, 11, 13, 17]
    title, text = postings.fields["title"], postings.fields["text"]
    assert title.starts.tolist() == [0, 2, 2, 3, 4, 5, 6]
    assert title.docs.tolist() == [0, 2, 2, 0, 2, 2]
    assert title.tfs.tolist() == [1, 1, 1, 1, 1, 1]
    assert title.lengths.tolist() == [2, 0, 3]  # the compound of Wi-Fi does not count
    assert text.starts.tolist() == [0, 1, 2, 2, 2, 2, 2]
    assert (text.docs.tolist(), text.tfs.tolist(), text.lengths.tolist()) == ([0, 1], [3, 1], [3, 1, 0])
    assert [a.dtype for a in (title.starts, title.docs, title.tfs, title.lengths)] == [
        np.int64,
        np.uint32,
        np.uint16,
        np.uint32,
    ]
    assert (postings.rows, postings.find("red"), postings.find("blue")) == (3, 3, None)


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
    assert opened.terms.tobytes() == built.terms.tobytes()
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


FILES = ["analyzer.json", "terms.bin", "terms.offsets.npy"] + [
    f"{field}.{part}.npy" for field in FIELDS for part in ("starts", "docs", "tfs", "lengths")
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
