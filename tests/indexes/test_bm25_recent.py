from pinakes.indexes.bm25.recent import Recent


def test_what_was_not_used_for_longest_makes_room():
    kept = Recent[str, int](2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]


def test_sizes_add_up_to_the_capacity_at_most():
    kept = Recent[str, int](10)
    kept.put("a", 1, 4)
    kept.put("b", 2, 4)
    kept.put("a", 3, 6)  # in the place of the first, of 4
    assert [kept.get(key) for key in "ab"] == [3, 2]
    kept.put("c", 4, 5)  # 6 + 4 + 5: the one that was not used for longest goes, then there is room
    assert [kept.get(key) for key in "abc"] == [None, 2, 4]


def test_what_is_larger_than_all_room_is_not_kept():
    kept = Recent[str, int](3)
    kept.put("a", 1, 3)
    kept.put("b", 2, 4)
    assert [kept.get(key) for key in "ab"] == [1, None]
    kept.put("a", 3, 4)
    assert kept.get("a") is None


def test_no_capacity_keeps_nothing():
    kept = Recent[str, int](0)
    kept.put("a", 1)
    assert kept.get("a") is None
