from pathlib import PurePosixPath

import pytest

from pinakes.errors import SettingsError
from pinakes.sources.pattern import parse_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("{id}_{role}.jpg", "coin7_front.jpg", ("coin7", "front")),
        ("{id}_{role}.jpg", "a_b_front.JPG", ("a_b", "front")),
        ("{id}_{role}.jpg", "coin7_front.png", None),
        ("{id}_{role}.jpg", "coin7.jpg", None),
        ("{id}_{role}.jpg", "roman/coin7_front.jpg", ("roman/coin7", "front")),
        ("{id}_{role}", "coin7_front.png", ("coin7", "front")),
        ("{role}-{id}.jpg", "back-coin-7.jpg", ("coin-7", "back")),
        ("{id}/{role}.jpg", "roman/coin7/obverse.jpg", ("roman/coin7", "obverse")),
        ("{id}/{role}.jpg", "obverse.jpg", None),
        ("{id}.{role}.jpg", "aXfront.jpg", None),
    ],
)
def test_split(pattern, path, expected):
    assert parse_pattern(pattern).split(PurePosixPath(path)) == expected


@pytest.mark.parametrize("pattern", ["", "{id}.jpg", "{id}_{id}_{role}", "{id}_{role}_{n}.jpg", "{role}"])
def test_a_pattern_needs_id_and_role_once(pattern):
    with pytest.raises(SettingsError, match=r"once each .* such as '\{id\}_\{role\}\.jpg'"):
        parse_pattern(pattern)
