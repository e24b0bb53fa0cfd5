"""Words that stand for others, as an owner lists them; `pinakes.synonyms` reads them from a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.indexes.bm25.query import Wording
from pinakes.synonyms import Rules


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What else to look for, by terms.

    Attributes:
        others: the other wordings, sorted, by wording.
    """

    others: Mapping[Wording, tuple[Wording, ...]] = field(default_factory=dict)

    @staticmethod
    def of(rules: Rules, analyzer: Analyzer) -> "Synonyms":
        """Cut words and phrases into terms as those of items are, but those without any (``'s``)."""
        found: dict[Wording, set[Wording]] = {}
        for typed, others in rules.items():
            wording = tuple(analyzer.running_terms(typed))
            wordings = {tuple(analyzer.running_terms(other)) for other in others}
            found.setdefault(wording, set()).update(wordings - {wording, ()})
        return Synonyms({wording: tuple(sorted(others)) for wording, others in found.items() if wording})

    def within(self, terms: Sequence[str]) -> Iterator[tuple[int, Wording]]:
        """Yield (place, wording) of everything in a row of terms that has synonyms."""
        sizes = sorted({len(wording) for wording in self.others})
        for place in range(len(terms)):
            for size in sizes:
                wording = tuple(terms[place : place + size])
                if len(wording) == size and wording in self.others:
                    yield place, wording
