import pytest

from pinakes.retrieval import nearby
from pinakes.retrieval.nearby import unknown_item

IDS = {"coin-0001": 0, "coin-0002": 1, "coin-0003": 2, "coin-0004": 3, "Los № 005": 4, "mojito": 5}


@pytest.mark.parametrize(
    ("item", "hidden", "near"),
    [
        ("mojitto", (), ("mojito",)),
        ("MOJITO", (), ("mojito",)),
        ("los 005", (), ("Los № 005",)),  # 2 * 7 / (7 + 9) = 0.875
        ("coin-1", (), ("coin-0001",)),  # 2 * 6 / (6 + 9) = 0.8; coin-0002 has 2 * 5 / 15 = 0.67
        ("coin-0005", (), ("coin-0001", "coin-0002", "coin-0003")),
        ("coin-0005", ("coin-0001", "coin-0003"), ("coin-0002", "coin-0004")),
        ("nope", (), ()),
        ("", (), ()),
    ],
)
def test_only_near_ids_are_suggested(item, hidden, near):
    error = unknown_item(item, IDS.keys(), hidden)
    assert set(error.known) == set(near)
    said = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    assert (error.kind, error.name, str(error)) == ("item", item, f"there is no item {item!r}{said}")


def test_very_many_ids_are_not_looked_through(monkeypatch):
    monkeypatch.setattr(nearby, "MOST", 5)
    assert str(unknown_item("mojitto", IDS.keys())) == "there is no item 'mojitto'"
