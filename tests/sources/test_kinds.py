from datetime import date

import numpy as np
import pytest

from pinakes.sources.kinds import Guess, Unusable, guess_type, is_prose, misfits, name_words, vector_dim
from pinakes.sources.sampling import Column
from pinakes.types import AttributeType

STRING = Guess(AttributeType.STRING, ",")
INTEGER = Guess(AttributeType.INTEGER, ",")
FLOAT = Guess(AttributeType.FLOAT, ",")
BOOL = Guess(AttributeType.BOOL, ",")
DATE = Guess(AttributeType.DATE, ",")


def column(*cells, name="x"):
    return Column(name, cells, len(cells))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("imageURL_2", ["image", "url", "2"]),
        ("productDisplayName", ["product", "display", "name"]),
        ("Photo File", ["photo", "file"]),
        ("attr_t_x", ["attr", "t", "x"]),
        ("größe", ["größe"]),
    ],
)
def test_name_words(name, words):
    assert name_words(name) == words


DAY_FIRST, MONTH_FIRST = (Guess(AttributeType.DATE, dates=order) for order in ("dmy", "mdy"))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("red", "blue"), STRING),
        (("1", "-20", "0"), INTEGER),
        ((1, 2), INTEGER),
        (("007", "12"), STRING),
        (("1", "2.5"), FLOAT),
        ((1, 2.5), FLOAT),
        (("35.0", "12.0"), FLOAT),
        (("$35", "$1,299"), FLOAT),
        (("12,5", "7,25"), Guess(AttributeType.FLOAT, decimal=",")),
        (("1.299,50 €", "7"), Guess(AttributeType.FLOAT, decimal=",")),
        (("12,5", "7.25"), STRING),
        (("1,299", "2,500"), FLOAT),
        (("true", "no"), BOOL),
        ((True, False), BOOL),
        (("1", "0", "1"), INTEGER),
        (("2024-01-02", "2009-12-10T00:00:00Z"), DATE),
        ((date(2024, 1, 2),), DATE),
        (("31.12.2024", "1.2.2024", "n/a"), DAY_FIRST),
        (("01.02.2024", "02.02.2024"), DAY_FIRST),
        (("31/12/2024 10:30", "1/2/2024"), DAY_FIRST),
        (("12-31-2024", "01-02-2024"), MONTH_FIRST),
        (("12/31/2024", "2024-01-02"), MONTH_FIRST),
        (("5/5/2024", "6/6/2024"), DAY_FIRST),
        (("1/2/2024", "3/4/2024"), STRING),
        (("31/12/2024", "12/31/2024"), STRING),
        (("31.12.2024", "12.31.2024"), STRING),
        (("32.12.2024", "1.2.2024"), STRING),
        (("31.12.24", "1.2.24"), STRING),
        (("1.2.2024", "later"), STRING),
        (("1999", "2001"), INTEGER),
        (("n/a", "-", "none"), STRING),
        (("1", "n/a", "2"), FLOAT),
        ((["a"], ["b", "c"]), Guess(AttributeType.SET, ",")),
        (([1, 2], [3]), Guess(AttributeType.SET, ",")),
        (("Spring,Summer", "Summer"), Guess(AttributeType.SET, ",")),
        (("Spring; Summer", "Summer; Autumn"), Guess(AttributeType.SET, ";")),
        (("['a']", "['b', 'c']"), Guess(AttributeType.SET, ",")),
        (("Monet, Claude", "Manet, Edouard"), STRING),
        (("A long and winding sentence, with a comma", "A long and winding sentence, with a comma"), STRING),
        (({"a": 1},), Unusable.NESTED),
        (([{"a": 1}],), Unusable.NESTED),
        (([[1.0], [2.0]],), Unusable.NESTED),
        ((b"\x89PNG",), Unusable.BINARY),
        (([0.5, 1.5, 2.5], [0.5]), Unusable.NUMBERS),
        ((np.array([1.5, 2.5]),), Unusable.NUMBERS),
    ],
)
def test_guess_type(cells, kind):
    assert guess_type(column(*cells)) == kind


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("is_new", ("1", "0"), BOOL),
        ("inStock", (1, 0), BOOL),
        ("index", (1, 0), INTEGER),
        ("ean", ("95205603217",), STRING),
        ("zip code", (90210,), STRING),
        ("skull_width", ("12",), INTEGER),
    ],
)
def test_names_help(name, cells, kind):
    assert guess_type(column(*cells, name=name)) == kind


def test_one_misfit_in_a_hundred_does_not_decide():
    few = column(*["7"] * 199, "cheap")
    many = column(*["7"] * 50, "cheap")
    assert guess_type(few) == FLOAT or guess_type(few) == INTEGER
    assert misfits(few, Guess(AttributeType.INTEGER)) == 1
    assert guess_type(many) == STRING


@pytest.mark.parametrize(
    ("cells", "dim"),
    [
        (([1.0, 2, 3], [4.0, 5, 6]), 3),
        (("[0.5, 0.25, 1]", "[1.5, 2, 3]"), 3),
        ((np.ones(4, np.float32),), 4),
        (([51.5, -0.1], [48.8, 2.3]), None),
        (([1, 2, 3],), None),
        ((list(range(64)),), 64),
        ((["a", "b", "c"],), None),
        (([0.5] * 3, [0.5] * 4), None),
        (([0.5] * 4097,), None),
        (("red",), None),
    ],
)
def test_vector_dim(cells, dim):
    assert vector_dim(column(*cells)) == dim


def test_one_broken_vector_in_ten_does_not_decide():
    assert vector_dim(column(*[[1.0, 2.0, 3.0]] * 9, [1.0])) == 3


def test_prose():
    sentences = [f"A light dress number {n} for the warm days of summer." for n in range(4)]
    assert is_prose(column(*sentences))
    assert not is_prose(column("red dress", "blue dress"))
    assert not is_prose(column(*[sentences[0]] * 4))
