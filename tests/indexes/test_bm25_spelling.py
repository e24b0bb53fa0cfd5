from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from pinakes.indexes.bm25.spelling import Speller
from pinakes.indexes.bm25.strings import Strings

WORDS = st.sets(st.text("abcäж赤", min_size=1, max_size=5), max_size=30).map(sorted)


@given(WORDS, st.text("abcdäж赤", min_size=1, max_size=5))
def test_those_at_distance_one_and_no_others(words, word):
    near = Speller(Strings.of(words)).near(word)
    assert [words[n] for n in near] == [other for other in words if OSA.distance(other, word) == 1]


def test_a_letter_more_less_another_or_two_swapped():
    words = sorted(["red", "rd", "reed", "rad", "rde", "erd", "blue", "dre"])
    assert {words[n] for n in Speller(Strings.of(words)).near("red")} == {"rd", "reed", "rad", "rde", "erd"}


@given(WORDS, st.text("abcdäж赤", max_size=3))
def test_strings_are_found_by_name_and_by_beginning(words, beginning):
    strings = Strings.of(words)
    assert list(strings) == words
    assert [strings.find(word) for word in words] == list(range(len(words)))
    assert strings.find(beginning) == (words.index(beginning) if beginning in words else None)
    assert [strings[n] for n in strings.starting_with(beginning)] == [
        w for w in words if w.startswith(beginning)
    ]
