import json


def test_an_empty_folder_is_told_what_comes_next(pinakes, tmp_path):
    code, out, _ = pinakes("init", tmp_path / "my photos")
    assert code == 0
    assert out.splitlines()[0] == f"wrote {tmp_path}/my photos/pinakes.toml: source ., 0 attributes"
    assert f"then run: pinakes index '{tmp_path}/my photos'" in out
    code, out, err = pinakes("init", tmp_path / "my photos")
    assert (code, out) == (2, "")
    assert "is there already" in err


def test_a_table_is_read_and_index_goes_on_from_the_file(pinakes, tmp_path):
    table = tmp_path / "lots.csv"
    table.write_text("id,title,price\na,red lamp,5\n", "utf-8")
    code, out, err = pinakes("init", table, "--into", tmp_path / "shop", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["file"] == str(tmp_path / "shop/pinakes.toml")
    assert answer["next"] == f"pinakes index {table} --into {tmp_path}/shop"
    assert answer["notes"]
    assert err == ""
    assert pinakes(*answer["next"].split()[1:])[0] == 0
    assert pinakes("search", tmp_path / "shop", "lamp")[0] == 0


def test_what_holds_nothing_is_refused(pinakes, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    code, _, err = pinakes("init", tmp_path)
    assert (code, "no pictures and no table" in err) == (2, True)
    assert not (tmp_path / "pinakes.toml").exists()
