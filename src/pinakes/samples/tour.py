"""A tour of the sample gallery: searches that show what there is to see."""

import shlex
from dataclasses import dataclass
from pathlib import Path

GARMENT, COIN = "garment-0004", "coin-0001"
"""Items that are in every gallery of more than a few items."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One search of the tour.

    Attributes:
        label: what it shows, in a few words.
        text, like, where: as `pinakes.Engine.search` takes them.
    """

    label: str
    text: str = ""
    like: str | None = None
    where: str | None = None

    def command(self, folder: Path) -> str:
        """Return the search as one types it in a shell."""
        options = [("--like", self.like), ("--where", self.where)]
        words = ["pinakes", "search", str(folder), *([self.text] if self.text else [])]
        words += [word for name, value in options if value for word in (name, value)]
        return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """Return a word as people quote it in a shell: with double quotes around the single ones of a filter."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)


ANSWERED = Stop("this, but blue", "blue", GARMENT, "family = 'garment'")
"""The search that is answered at the start."""

TOUR = (
    Stop("words", "a striped dress in blue"),
    Stop("words and a filter", "mint", where="family = 'cocktail'"),
    Stop("a coin, by both sides", like=COIN),
    Stop("a filter alone", where="price < 30"),
    Stop("no good match", "purple tractor"),
)
