import json


def test_a_rank_is_told_with_its_lists(pinakes, pristine):
    image = pristine / "images/coin-0001_obverse.jpg"
    code, out, _ = pinakes("explain", pristine, "coin", "--image", f"obverse={image}", "--id", "coin-0001")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("coin-0001  ")
    assert lines[1].startswith("rank 1 of ")
    assert lines[3].split() == ["signal", "weight", "rank", "score", "adds", "what"]
    assert [line.split()[0] for line in lines[4:6]] == ["words", "picture"]
    assert "similarity 0.9999: obverse 0.9999" in out
    assert any(line.split()[:2] == ["coin", "text"] for line in lines)


def test_what_is_not_found_says_why_once(pinakes, pristine):
    code, out, err = pinakes("explain", pristine, "coin", "--id", "flower-0001", "--where", "price < 3")
    assert code == 0
    assert out.splitlines()[1] == "not found"
    assert out.count("it does not pass price < 3: its price is not known") == 1
    assert err == ""
    _, out, err = pinakes("explain", pristine, "coin", "--id", "flower-0001")
    assert "the space picture was not searched" in err
    assert out.count("it holds none of the words") == 1


def test_the_options_are_those_of_search(pinakes, pristine):
    query = (
        "coin",
        "--like",
        "coin-0003",
        "--candidates",
        "20",
        "--weight",
        "picture=0.5",
        "--collapse",
        "none",
    )
    _, out, _ = pinakes("search", pristine, *query, "--json")
    hits = json.loads(out)["hits"]
    code, out, _ = pinakes("explain", pristine, *query, "--id", hits[4]["id"], "--json")
    explained = json.loads(out)
    assert code == 0
    assert (explained["found"], explained["rank"], explained["score"]) == (True, 5, hits[4]["score"])
    assert {part["signal"]: part["weight"] for part in explained["parts"]} == {"words": 1.0, "picture": 0.5}


def test_an_id_that_there_is_not_names_the_nearest(pinakes, pristine):
    code, _, err = pinakes("explain", pristine, "coin", "--id", "con-0001")
    assert (code, "did you mean 'coin-0001'" in err) == (2, True)
    code, _, err = pinakes("explain", pristine, "coin")
    assert (code, "--id" in err) == (2, True)
    code, _, err = pinakes("explain", "coin", "--id", "coin-0001")
    assert (code, 'did you mean: pinakes explain . "coin"' in err) == (2, True)
