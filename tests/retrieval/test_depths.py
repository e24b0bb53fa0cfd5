"""A list that is searched less deep than was asked for gives the same answer."""

import shutil

import pytest

import pinakes

TOP = 3
DEEP, SHALLOW = 51, 200
"""Candidates: at 51 lists are as deep as asked for, at 200 they begin with 26."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Sixty items, two of which show the pictures of others."""
    from pinakes.samples.gallery import generate_gallery

    folder = tmp_path_factory.mktemp("depths") / "photos"
    generate_gallery(folder, size=60)
    copied = sorted((folder / "images").glob("coin-0001*"))
    assert copied
    for path in copied:
        other = path.with_name(path.name.replace("coin-0001", "coin-0002"))
        shutil.copyfile(path, other)
    pinakes.index(folder)
    with pinakes.open(folder) as engine:
        yield engine


def answer(engine, item, candidates, **how):
    found = engine.search(like=item, top=TOP, candidates=candidates, **how)
    return [(hit.id, hit.score, hit.reasons, hit.duplicates, hit.closeness, hit.thumb) for hit in found.hits]


@pytest.mark.parametrize(
    ("how", "deep"),
    # Where nothing stands for others, lists begin with the wanted.
    [({}, DEEP), ({"collapse": False}, 2 * TOP), ({"where": "family = 'coin'"}, DEEP)],
)
def test_the_answer_does_not_depend_on_the_depth(engine, how, deep):
    ids = engine.search(where="family = 'coin' or family = 'cocktail'", top=60, collapse=False).ids
    for item in ids:
        assert answer(engine, item, SHALLOW, **how) == answer(engine, item, deep, **how)


def test_the_items_behind_a_hit_are_found_however_deep(engine):
    near = next(hit for hit in engine.search(like="coin-0003", top=30).hits if hit.duplicates)
    assert {near.id, *near.duplicates} == {"coin-0001", "coin-0002"}
