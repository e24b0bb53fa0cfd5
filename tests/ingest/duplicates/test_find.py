import random

import numpy as np
import polars as pl
import pytest
from duplicate_pictures import facts, photo
from PIL import Image

from pinakes.ingest.duplicates.agreement import Likeness
from pinakes.ingest.duplicates.find import Pictures, classify, compare_pictures, pictures_of
from pinakes.snapshots.duplicates import Kind, StoredPairs

IMAGE = photo(0)
SHOWN = {
    "original": facts(IMAGE),
    "saved again": facts(IMAGE, quality=60),
    "mirror": facts(IMAGE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    "cropped": facts(IMAGE.crop((16, 12, 320, 240))),
    "other": facts(photo(7)),
}
NAME = {digest: name for name, (digest, _, _) in SHOWN.items()}
RENDERED = {digest: made for digest, _, made in SHOWN.values()}


def render(media):
    return {digest: RENDERED[digest] for digest in media if digest in RENDERED}


def find_duplicates(table, renderings):
    return StoredPairs(compare_pictures(table, renderings).drop_nulls("kind"), 1).pairs


def pictures(hashes=True):
    table = sorted(SHOWN.values(), key=lambda fact: fact[0])
    vectors = np.eye(len(table), 8, dtype=np.float32)
    for row, (digest, _, _) in enumerate(table):
        if NAME[digest] != "other":
            vectors[row] = np.full(8, 8**-0.5)
    return Pictures(
        tuple(digest for digest, _, _ in table), tuple(h if hashes else None for _, h, _ in table), vectors
    )


def named(pairs):
    return {frozenset((NAME[p.first], NAME[p.second])): p.kind for p in pairs}


def test_copies_are_found_and_told_apart():
    pairs = find_duplicates(pictures(), render)
    assert named(pairs) == {
        frozenset(("original", "saved again")): Kind.REENCODED,
        frozenset(("original", "mirror")): Kind.EDITED,
        frozenset(("saved again", "mirror")): Kind.EDITED,
        frozenset(("original", "cropped")): Kind.EDITED,
        frozenset(("saved again", "cropped")): Kind.EDITED,
    } | {
        pair: Kind.EDITED for pair in named(pairs) if pair == frozenset(("mirror", "cropped"))
    }  # whose hashes may be near in the mirror
    assert all(p.mirrored == ("mirror" in (NAME[p.first], NAME[p.second])) for p in pairs)
    assert all(p.first < p.second and 0.76 <= p.score <= 1.0 for p in pairs)
    assert list(pairs) == sorted(pairs)


def test_without_hashes_vectors_propose_what_is_not_mirrored():
    kinds = named(find_duplicates(pictures(hashes=False), render))
    assert set(kinds) == {
        frozenset(pair)
        for pair in (("original", "saved again"), ("original", "cropped"), ("saved again", "cropped"))
    }


def test_without_vectors_hashes_propose():
    table = pictures()
    kinds = named(find_duplicates(Pictures(table.media, table.phash), render))
    assert kinds[frozenset(("original", "saved again"))] is Kind.REENCODED
    assert kinds[frozenset(("original", "mirror"))] is Kind.EDITED


def test_a_picture_that_cannot_be_read_has_no_pairs():
    gone = SHOWN["original"][0]
    pairs = find_duplicates(pictures(), lambda media: render(d for d in media if d != gone))
    assert gone not in {name for p in pairs for name in (p.first, p.second)}
    assert named(pairs)[frozenset(("saved again", "cropped"))] is Kind.EDITED


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_pictures(count):
    table = pictures()
    few = Pictures(table.media[:count], table.phash[:count], table.vectors[:count])
    assert find_duplicates(few, render) == ()


def test_the_order_of_views_does_not_matter():
    rows = [(media, phash) for media, phash, _ in SHOWN.values()] * 2
    asked = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        views = pl.DataFrame(rows, schema=["media", "phash"], orient="row")
        asked.append(find_duplicates(pictures_of(views), render))
    assert asked[0] == asked[1] == asked[2]


def test_pictures_of_views():
    views = pl.DataFrame({"media": ["b", "a", "b", "c"], "phash": ["01", None, "01", "02"]})
    vectors = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float16)
    got = pictures_of(views, vectors, np.array([0, 1, -1]))
    assert got.media == ("a", "b", "c")
    assert got.phash == (None, "01", "02")
    assert got.vectors.tolist() == [[0, 1], [1, 0], [0, 0]]
    assert got.vectors.dtype == np.float32
    assert pictures_of(views).vectors is None


def test_what_was_compared_before_is_not_compared_again():
    table, asked = pictures(), []

    def counted(media):
        asked.append(set(media))
        return render(media)

    old = [row for row, media in enumerate(table.media) if NAME[media] != "cropped"]
    few = Pictures(tuple(table.media[r] for r in old), tuple(table.phash[r] for r in old), table.vectors[old])
    known = compare_pictures(few, counted)
    whole = compare_pictures(table, counted, known=known)
    assert whole.equals(compare_pictures(table, render))
    assert compare_pictures(table, counted, known=whole).equals(whole)
    assert SHOWN["cropped"][0] not in asked[0]
    assert SHOWN["cropped"][0] in asked[1]
    assert asked[2] == set()
    assert compare_pictures(few, counted, known=whole).equals(known)


@pytest.mark.parametrize(
    ("score", "light", "change", "mirror", "kind"),
    [
        (0.76, 9.0, 3.0, False, Kind.REENCODED),
        (0.76, 0.85, 3.1, False, Kind.EDITED),
        (0.99, 0.86, 3.1, False, Kind.OTHER_PHOTO),
        (0.7599, 0.0, 0.0, False, None),
        (0.76, 0.85, 0.0, True, Kind.EDITED),
        (0.99, 0.86, 0.0, True, None),
    ],
)
def test_where_one_kind_ends(score, light, change, mirror, kind):
    likeness = Likeness(np.array([score]), np.array([light]), np.array([change]))
    assert classify(likeness, mirror=mirror) == [kind]
