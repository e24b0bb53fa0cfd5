import shlex
from pathlib import Path

from pinakes.samples.tour import ANSWERED, TOUR, Stop


def test_commands_are_quoted_as_people_quote_them():
    stop = Stop("a filter", "red dress", where="family = 'garment'")
    assert stop.command(Path("demo")) == "pinakes search demo 'red dress' --where \"family = 'garment'\""


def test_a_shell_reads_what_was_meant():
    for stop in (*TOUR, ANSWERED, Stop("signs", 'it\'s $5 "now"!', where="a = 'b' and c = \"d\"")):
        words = [word for word in ("pinakes", "search", "my demo", stop.text) if word]
        words += [
            word for pair in (("--like", stop.like), ("--where", stop.where)) if pair[1] for word in pair
        ]
        assert shlex.split(stop.command(Path("my demo"))) == words
