import numpy as np
import pytest

from pinakes.indexes.base import Proposal
from pinakes.indexes.exact import ExactFamily, ExactIndex
from pinakes.testing.contract import ContractError
from pinakes.testing.index import check_index


class Broken(ExactIndex):
    """An exact index with one thing wrong; each of the tests says which."""

    def propose(self, queries, k, mask=None):
        return [self.spoil(p, k, mask) for p in super().propose(queries, k, mask)]

    def spoil(self, proposal, k, mask):
        return proposal


class Family(ExactFamily):
    def __init__(self, kind):
        self.kind = kind

    def build(self, vectors):
        return self.kind(vectors)

    def open(self, folder, vectors):
        return self.kind(vectors)


class LosesTheFirst(Broken):
    def spoil(self, proposal, k, mask):
        return Proposal(proposal.rows[1:], proposal.scanned) if k > 1 and len(proposal.rows) > 1 else proposal


class Shuffles(Broken):
    def spoil(self, proposal, k, mask):
        return Proposal(proposal.rows[::-1], proposal.scanned)


class IgnoresMasks(Broken):
    def propose(self, queries, k, mask=None):
        return super().propose(queries, k)


class Repeats(Broken):
    def spoil(self, proposal, k, mask):
        return Proposal(np.repeat(proposal.rows, 2), proposal.scanned)


class OtherNumbers(Broken):
    def spoil(self, proposal, k, mask):
        return Proposal(proposal.rows.astype(np.int32), proposal.scanned)


class BetterAlone(Broken):
    def propose(self, queries, k, mask=None):
        found = super().propose(queries, k, mask)
        return found if len(found) == 1 else [Proposal(p.rows[:1], p.scanned) for p in found]


class Loses(Broken):
    exhaustive = False

    def spoil(self, proposal, k, mask):
        return Proposal(proposal.rows[::2], proposal.scanned)


class Forgets(Family):
    def open(self, folder, vectors):
        return LosesTheFirst(vectors)


class ByChance(Family):
    def __init__(self):
        super().__init__(ExactIndex)
        self.built = 0

    def build(self, vectors):
        self.built += 1
        return ExactIndex(vectors) if self.built % 2 else LosesTheFirst(vectors)


@pytest.mark.parametrize(
    ("family", "promise"),
    [
        (Family(LosesTheFirst), "the answer of an exhaustive index is that of a plain sort"),
        (Family(Shuffles), "rows ascend"),
        (Family(IgnoresMasks), "no masked row is proposed"),
        (Family(Repeats), "without repeats"),
        (Family(OtherNumbers), "rows are int64"),
        (Family(BetterAlone), "asked alone and together has one answer"),
        (Family(Loses), "recall is at least 1.0"),
        (Forgets(ExactIndex), "saving and opening gives the same proposals"),
        (ByChance(), "building twice gives the same proposals"),
    ],
    ids=lambda value: getattr(value, "kind", type(value)).__name__ if not isinstance(value, str) else "",
)
def test_a_broken_index_fails_by_the_promise_it_breaks(family, promise):
    with pytest.raises(ContractError, match=promise):
        check_index(family, rows=1000, dim=16, queries=4)


def test_a_stated_recall_is_held_to():
    check_index(Family(Loses), recall=0.2, rows=1000, dim=16, queries=4)
    with pytest.raises(ContractError, match=r"at least 0.9"):
        check_index(Family(Loses), recall=0.9, rows=1000, dim=16, queries=4)


def test_too_few_rows_are_no_check():
    with pytest.raises(ValueError, match="1000 rows"):
        check_index(ExactFamily(), rows=10)
