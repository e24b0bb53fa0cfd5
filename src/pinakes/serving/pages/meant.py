"""What a visitor may have meant, where words were misspelt."""

import re
from dataclasses import dataclass, replace

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
    typed = asked.words
    for correction in results.corrections:
        word = rf"\b{re.escape(correction.typed)}\b"
        typed = re.sub(word, lambda found: f'"{found[0]}"', typed, count=1, flags=re.IGNORECASE)
    return Meant(
        words=results.did_you_mean,
        url=replace(asked, q=results.did_you_mean, n=PAGE).url,
        applied=any(correction.applied for correction in results.corrections),
        literal_url=replace(asked, q=typed, n=PAGE).url,
    )
