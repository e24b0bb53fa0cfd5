"""What a visitor may have meant, where words were misspelt."""

from dataclasses import dataclass, replace

from pinakes.indexes.bm25 import respelt
from pinakes.retrieval.results import Results
from pinakes.serving.pages.asked import PAGE, Asked


@dataclass(frozen=True, slots=True)
class Meant:
    """Other words than those that were typed.

    Attributes:
        words: the whole search with other words put in.
        url: of the search for them.
        applied: what is shown is the answer to them already.
        literal_url: of the search for exactly what was typed.
    """

    words: str
    url: str
    applied: bool
    literal_url: str


def meant(asked: Asked, results: Results) -> Meant | None:
    """Return what to suggest, or None where there is nothing."""
    if results.did_you_mean is None:
        return None
    misspelt = {correction.typed for correction in results.corrections}
    literal = respelt(asked.words, lambda word, typed: f'"{typed}"' if word in misspelt else typed)
    return Meant(
        words=results.did_you_mean,
        url=replace(asked, q=results.did_you_mean, n=PAGE).url,
        applied=any(correction.applied for correction in results.corrections),
        literal_url=replace(asked, q=literal, n=PAGE).url,
    )
