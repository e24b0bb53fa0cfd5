import json
import os
import shutil
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from PIL import Image

from pinakes.cli.app import COMMANDS
from pinakes.collection import Collection


def test_search_as_json_and_as_a_table(pinakes, pristine):
    code, out, _ = pinakes("search", pristine, "gold coin", "--json", "-n", 3)
    assert code == 0
    answer = json.loads(out)
    assert len(answer["hits"]) == 3
    code, out, _ = pinakes("search", pristine, "gold coin", "--top", 3, "--explain")
    assert code == 0
    assert answer["hits"][0]["id"] in out
    assert "generated sample data" in out
    assert "bm25" in out


def test_search_says_what_was_put_right_and_counts_and_sorts(pinakes, pristine):
    code, out, _ = pinakes(
        *("search", pristine, "flowerr", "--sort=-petals", "--facet", "family", "--facet", "price", "--json")
    )
    answer = json.loads(out)
    assert code == 0
    assert answer["did_you_mean"] == "flower"
    assert answer["corrections"] == [{"typed": "flowerr", "used": "flower", "applied": True}]
    assert [facet["field"] for facet in answer["facets"]] == ["family", "price"]
    petals = [hit["attributes"].get("petals") for hit in answer["hits"]]
    known = [number for number in petals if number is not None]
    assert petals == [*sorted(known, reverse=True), *[None] * (len(petals) - len(known))]
    code, out, _ = pinakes("search", pristine, "flowerr petal", "--prefix", "--facet", "family")
    assert "no item holds 'flowerr': searched for 'flower'" in out
    assert "family: cocktail (12)" in out


def test_search_shows_what_orders_the_hits_and_what_was_asked_for(pinakes, pristine):
    code, out, _ = pinakes(
        *("search", pristine, "--where", "family = 'coin'", "--sort", "price", "--show", "synthetic", "-n", 1)
    )
    assert code == 0
    assert out.splitlines()[1].split() == [
        "rank",
        "id",
        "score",
        "closeness",
        "title",
        "price",
        "synthetic",
        "reasons",
    ]
    assert "loose" not in out
    assert out.splitlines()[2].split()[-1] == "true"
    assert "1 hit," in out
    code, _, err = pinakes("search", pristine, "coin", "--show", "prise")
    assert (code, "did you mean 'price'" in err) == (2, True)


def test_search_says_why_a_filter_finds_nothing(pinakes, pristine):
    _, out, _ = pinakes("search", pristine, "--where", "family = 'Coin' and price < 1000")
    assert "no item has family 'Coin'; did you mean 'coin'?" in out
    assert "without family = 'Coin': " in out
    assert "without price" not in out
    _, out, _ = pinakes("search", pristine, '"gold of fools"', "--where", "family = 'coin'")
    assert "but the query finds none of them" in out


def test_search_by_picture_and_like(pinakes, pristine):
    image = pristine / "images/coin-0001_obverse.jpg"
    code, out, _ = pinakes("search", pristine, "--image", image, "--where", "family = 'coin'", "--json")
    assert json.loads(out)["hits"][0]["id"] == "coin-0001"
    code, out, _ = pinakes("search", pristine, "--like", "coin-0001", "--unlike", "coin-0002", "--json")
    ids = [hit["id"] for hit in json.loads(out)["hits"]]
    assert code == 0
    assert not {"coin-0001", "coin-0002"} & set(ids)


def test_search_by_both_sides_of_a_coin(pinakes, pristine, tmp_path):
    sides = [f"{role}={pristine}/images/coin-0001_{role}.jpg" for role in ("obverse", "reverse")]
    code, out, _ = pinakes("search", pristine, "--image", sides[0], "--image", sides[1], "--top", 2)
    assert code == 0
    assert "coin-0001" in out
    assert "obverse 1.00, reverse 1.00" in out
    code, _, error = pinakes("search", pristine, "--image", sides[0].replace("obverse=", "averse="))
    assert code == 2
    assert "unknown role 'averse'; did you mean 'obverse'?" in error
    odd = tmp_path / "front=1.jpg"
    odd.write_bytes((pristine / "images/coin-0001_obverse.jpg").read_bytes())
    code, out, _ = pinakes("search", pristine, "--image", odd, "--score", "mean", "--json")
    assert json.loads(out)["plan"][0]["method"] == "mean over exact"
    code, _, error = pinakes("search", pristine, "--image", odd, "--score", "worst")
    assert code == 2
    assert "unknown score 'worst'" in error


def test_a_sheet_holds_its_pictures(pinakes, gallery, tmp_path):
    code, _, _ = pinakes("search", gallery, "<b>coin</b>", "--html", tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text()
    assert code == 0
    assert page.count("data:image/webp;base64,") == 10
    assert "<b>coin</b>" not in page
    assert "&lt;b&gt;coin&lt;/b&gt;" in page


def test_require_hit(pinakes, pristine):
    assert pinakes("search", pristine, "zzzzzz", "--require-hit")[0] == 1
    assert pinakes("search", pristine, "zzzzzz")[0] == 0


def test_index_prints_counts_and_is_repeatable(pinakes, gallery):
    code, out, _ = pinakes("index", gallery)
    assert code == 0
    assert "60 read: 0 added, 0 updated, 60 unchanged, 0 quarantined, 0 vanished" in out
    assert "nothing changed" in out
    code, out, _ = pinakes("index", gallery, "--json")
    assert json.loads(out)["add"]["unchanged"] == 60


def test_an_encoder_that_is_not_here_is_refused_before_anything_is_written(pinakes, gallery):
    before = (gallery / "pinakes.toml").read_text()
    code, _, err = pinakes("index", gallery, "--encoder", "clip:/nowhere/model")
    assert (code, "there is no folder /nowhere/model" in err) == (2, True)
    assert (gallery / "pinakes.toml").read_text() == before


def test_a_new_collection_says_where_it_lies_and_a_table_to_add_which_column_it_lacks(pinakes, tmp_path):
    (tmp_path / "mugs.csv").write_text("id,title,colour\n1,A mug,red\n2,Another,blue\n")
    place = f"search it with: pinakes search {tmp_path / 'mugs'} WORDS"
    assert place in pinakes("index", tmp_path / "mugs.csv")[1]
    assert place not in pinakes("index", tmp_path / "mugs.csv")[1]
    (tmp_path / "more.csv").write_text("id,title\n3,A third\n")
    code, _, err = pinakes("add", tmp_path / "mugs", tmp_path / "more.csv")
    assert code == 2
    assert "more.csv: unknown column 'colour'. Known: id, title; pinakes.toml names this column" in err
    assert "no vectors" in pinakes("tune", tmp_path / "mugs")[1]


def test_values_that_do_not_fit_any_more_are_counted(pinakes, tmp_path):
    table = tmp_path / "mugs.csv"
    table.write_text("id,title,price\n1,A mug,3.5\n2,Another,4.5\n")
    assert "left out" not in pinakes("index", table)[1]
    table.write_text("id,title,price\n1,A mug,ask\n2,Another,soon\n")
    out = pinakes("index", table)[1]
    assert "2 read: 0 added, 2 updated, 0 unchanged, 0 quarantined, 0 vanished; 2 values left out" in out
    assert "why: pinakes doctor" in out


def test_a_dry_run_shows_the_map_and_writes_settings_only(pinakes, gallery, tmp_path):
    code, out, _ = pinakes("index", gallery / "items.jsonl", "--into", tmp_path / "new", "--dry-run")
    assert code == 0
    assert "front" in out
    assert "60 items" in out
    assert "found" in out
    assert (tmp_path / "new/pinakes.toml").exists()
    assert not (tmp_path / "new/.pinakes").exists()


def test_before_the_first_release_commands_say_what_publishes_one(pinakes, gallery, tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/a.jpg").write_bytes(next((gallery / "images").glob("*.jpg")).read_bytes())
    _, out, _ = pinakes("index", tmp_path / "plain", "--dry-run")
    assert "column" not in out  # a folder has no map to show
    for command in ("doctor", "verify", "rollback"):
        code, _, err = pinakes(command, tmp_path / "plain")
        said = f"nothing is published in {tmp_path / 'plain'} yet; run: pinakes index {tmp_path / 'plain'}"
        assert (code, said in err) == (2, True)


def test_versions(pinakes, gallery):
    assert "verified" in pinakes("verify", gallery)[1]
    assert "nothing changed" in pinakes("freeze", gallery)[1]
    code, out, _ = pinakes("compact", gallery)
    assert code == 0
    assert "self_retrieval.picture" in out
    assert "live -> v0002-" in out
    code, out, _ = pinakes("rollback", gallery, "--json")
    assert json.loads(out)["snapshots"] == ["v0001"]
    assert "live -> v0002-" in pinakes("publish", gallery, "v0002")[1]
    code, _, err = pinakes("publish", gallery, "v0009")
    assert (code, "unknown snapshot 'v0009'" in err) == (2, True)
    assert "removed v0001" in pinakes("prune", gallery, "--keep", 1)[1]


def test_items_without_a_title_are_shown_by_their_words(pinakes, tmp_path):
    (tmp_path / "photos.csv").write_text('id,caption\np1,"a black\n dog in the snow"\np2,a cat\n')
    assert "found by words, and by vectors" in pinakes("index", tmp_path / "photos.csv")[2]
    assert "a black dog in the snow" in pinakes("search", tmp_path / "photos", "snow")[1]


def test_a_collection_that_can_only_be_read_is_told_of(pinakes, gallery, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write anywhere
    before = times_in(gallery)
    code, out, _ = pinakes("status", gallery)
    assert code == 0 and "items" in out
    code, out, err = pinakes("doctor", gallery)
    assert code == 0 and "near-duplicates were not looked for: the collection can only be read" in err
    assert times_in(gallery) == before


def times_in(gallery):
    """When what Pinakes writes was changed last, but for leases, which every reader has."""
    written = (path for path in (gallery / ".pinakes").iterdir() if path.name != "leases")
    return {path.name: path.stat().st_mtime_ns for path in written}


def test_block_delete_status_doctor(pinakes, gallery):
    assert "blocked 1 id;" in pinakes("block", gallery, "coin-0001", "--reason", "asked for")[1]
    assert "unblocked 1 id;" in pinakes("unblock", gallery, "coin-0001")[1]
    code, out, _ = pinakes("delete", gallery, "coin-0001", "nope")
    assert code == 0
    assert "deleted 1 item;" in out
    assert "nope" in out
    assert json.loads(pinakes("status", gallery, "--json")[1])["items"] == 59
    assert "59" in pinakes("status", gallery)[1]
    assert pinakes("doctor", gallery)[0] == 0
    sheet = gallery / "duplicates.html"
    shutil.copy(gallery / "images/flower-0003_front.jpg", gallery / "images/flower-0008_front.jpg")
    pinakes("index", gallery)
    code, out, _ = pinakes("doctor", gallery, "--sheet", sheet)
    assert code == 0
    assert "flower-0003, flower-0008" in out
    assert sheet.read_text().count("data:image/webp;base64,") >= 2
    code, out, _ = pinakes("doctor", gallery, "--json", "--no-duplicates")
    assert json.loads(out)["duplicates"]["unseen"] == 0


def test_backup_and_restore(pinakes, gallery, tmp_path):
    assert pinakes("backup", gallery, tmp_path / "b.tar")[0] == 0
    assert "every hash checked" in pinakes("restore", tmp_path / "b.tar", tmp_path / "copy")[1]
    assert pinakes("search", tmp_path / "copy", "coin")[0] == 0


def test_a_damaged_collection_fails_verification(pinakes, gallery):
    items = gallery / ".pinakes/snapshots/v0001/items.parquet"
    items.chmod(0o644)
    items.write_bytes(items.read_bytes()[:-3])
    code, out, _ = pinakes("verify", gallery)
    assert code == 1
    assert "items.parquet" in out
    code, _, err = pinakes("search", gallery, "coin")
    assert code == 1
    assert "items.parquet" in err
    assert "cut short" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search", "dog"], 'did you mean: pinakes search . "dog"'),
        (["search", "nowhere", "dog"], "no such folder: nowhere"),
        (["search"], "DIR"),
        (["serch", "x"], "search"),
        (["search", "GALLERY", "--wher", "x"], "--where"),
        (["search", "GALLERY", "x", "--where", "colr = 'red'"], "did you mean 'colour'"),
        (["search", "GALLERY", "x", "--where", "price < 'cheap'"], "price"),
        (["search", "GALLERY", "x", "--weight", "words"], "SIGNAL=NUMBER"),
        (["search", "GALLERY", "x", "--top", "many"], "--top"),
        (["search", "GALLERY", "x", "--as-of", "soon"], "--as-of takes a day such as 2030-12-31; got 'soon'"),
        (["search", "GALLERY", "--image", "front="], "--image takes FILE or ROLE=FILE, such as obverse="),
        (["search", "GALLERY", "x", "--topp", "3"], "see `pinakes search --help`"),
        (["search", "GALLERY", "x", "--collapse", "all"], "Known: identical, near, none"),
        (["index", "nowhere"], "does not exist"),
        (["index", "GALLERY", "--view", "front"], "ROLE=COLUMN"),
        (["index", "GALLERY", "--encoder", "clap"], "unknown encoder 'clap'"),
        (["index", "GALLERY", "--id", "title"], "is a collection already"),
        (["rollback", "GALLERY"], "cannot go back"),
        (["publish", "GALLERY", "v9"], "not the name of a snapshot"),
        (["freeze", "GALLERY", "--waive", "nrms"], "nothing changed"),
    ],
)
def test_a_newcomers_mistakes(pinakes, pristine, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = pinakes(*(pristine if a == "GALLERY" else a for a in arguments))
    assert message in out + err
    assert "Traceback" not in err
    assert code == (0 if "freeze" in arguments else 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
@pytest.mark.parametrize("command", ["init", "index", "search", "status", "doctor", "serve"])
def test_a_folder_that_may_not_be_entered_is_named(pinakes, tmp_path, command):
    (tmp_path / "closed").mkdir(mode=0o000)
    code, _, err = pinakes(command, tmp_path / "closed/coins")
    assert code == 2
    assert f"{tmp_path}/closed/coins" in err
    assert "ermission denied" in err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "/closed"), "/closed: permission denied"),
        (PermissionError(1, "Operation not permitted"), "Operation not permitted"),
    ],
)
def test_what_the_system_does_not_permit_is_said(pinakes, tmp_path, monkeypatch, error, said):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("pinakes.cli.app.app", refuse)
    code, _, err = pinakes("status", tmp_path)
    assert code == 2
    assert said in err and "None" not in err


def test_an_answer_in_which_nothing_is_close_says_so(pinakes, pristine):
    assert "no good match" in pinakes("search", pristine, "purple tractor")[1]
    assert "no good match" not in pinakes("search", pristine, "--where", "family = 'coin'")[1]


def test_a_broken_picture_is_left_out_and_told(pinakes, tmp_path):
    (tmp_path / "broken.jpg").write_text("no picture")
    code, _, err = pinakes("index", tmp_path)
    assert (code, "none of the 1 entries of the source gave an item" in err) == (2, True)
    Image.new("RGB", (64, 64), "red").save(tmp_path / "good.png")
    code, out, _ = pinakes("index", tmp_path, "--waive", "sample")
    assert code == 0
    assert "1 added, 0 updated, 0 unchanged, 1 quarantined" in out
    assert f"why: pinakes doctor {tmp_path}" in out
    assert "not_a_picture" in pinakes("doctor", tmp_path)[1]


def test_help_and_version(pinakes):
    assert pinakes("--version") == (0, "0.1.0\n", "")
    assert "index" in pinakes("--help")[1]
    code, out, _ = pinakes("encoders", "migrate", "--help")
    assert (code, "--publish" in out) == (0, True)


def test_the_help_waits_for_no_command():
    heavy = "import sys, pinakes.cli.app as app; app.run(['--help']); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")
    assert "Make a folder of pictures" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_of_a_command_what_the_command_says(name):
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(import_module(module), attribute)
    told = command.info.help if isinstance(command, typer.Typer) else command.__doc__.splitlines()[0]
    assert COMMANDS[name][1] == told


def test_demo_answers_a_search(pinakes, tmp_path):
    code, out, _ = pinakes("demo", "--size", 30, "--into", tmp_path / "demo", "--no-serve")
    assert code == 0
    assert "30 generated items" in out
    assert "0 bytes downloaded" in out
    assert f"this, but blue: pinakes search {tmp_path / 'demo'} blue --like garment-0004" in out
    assert "now yours: pinakes index ~/Pictures" in out


def test_a_demo_too_small_for_its_garment_answers_words(pinakes, tmp_path):
    code, out, _ = pinakes("demo", "--size", 3, "--into", tmp_path / "demo", "--no-serve", "--json")
    assert code == 0
    assert json.loads(out)["search"]["hits"]


def test_blocking_says_which_ids_no_item_has(pinakes, gallery):
    code, out, _ = pinakes("block", gallery, "coin-0001", "coin-9999", "--reason", "rights")
    assert (code, "blocked 2 ids; 2 in all" in out) == (0, True)
    assert "not in the collection, and blocked should they come: coin-9999" in out
    code, out, _ = pinakes("block", gallery, "[/b]", "--reason", "odd", "--json")
    assert json.loads(out) == {"blocked": ["[/b]", "coin-0001", "coin-9999"], "unknown": ["[/b]"]}
    assert "1 id; 2 still blocked" in pinakes("unblock", gallery, "[/b]")[1]


def test_names_are_printed_as_they_stand(pinakes, gallery):
    code, out, _ = pinakes("delete", gallery, "[/b]", "[red]x")
    assert (code, "not in the collection: [/b], [red]x" in out) == (0, True)


def test_an_interrupted_command_says_so(pinakes, gallery, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Collection, "status", interrupt)
    code, _, err = pinakes("status", gallery)
    assert (code, "what was done so far is kept" in err) == (130, True)
