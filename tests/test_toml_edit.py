from pinakes.toml_edit import revise

OWNERS = """\
# ours
name = "Coins"  # of the house

[spaces.picture]  # the only one
encoder = "descriptor"  # for now

# words
[search]
language = "english"  # said although it is the default
"""


def test_what_does_not_change_stays_as_it_was_written():
    old = {"name": "Coins", "spaces": {"picture": {"encoder": "descriptor"}}}
    new = {
        "name": "Coins",
        "spaces": {"picture": {"encoder": "clip", "score": None}},
        "search": {"index": "int8"},
    }
    expected = OWNERS.replace('encoder = "descriptor"', 'encoder = "clip"')
    assert revise(OWNERS, old, new) == expected + 'index = "int8"\n'


def test_what_goes_is_taken_out_and_what_comes_is_added():
    old = {"name": "Coins", "spaces": {"picture": {"encoder": "descriptor"}}}
    assert revise("# a\nname = 'Coins'\nb = 1 # c\n", old, {"b": 1}) == "# a\nb = 1 # c\n"
    assert revise("# a\n", {}, {"cache": {"url": "x", "none": None}}) == '# a\n\n[cache]\nurl = "x"\n'


def test_text_that_is_no_toml_cannot_be_edited():
    assert revise("a = ", {}, {"a": 1}) is None
