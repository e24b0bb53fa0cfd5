from dataclasses import dataclass

import pytest

from pinakes.retrieval.audit import Audited, Auditor
from pinakes.retrieval.results import PlanStep, Results


@dataclass
class Compared:
    """Counts the queries that it is asked to compare; each finds 9 of 10."""

    asked: int = 0

    def compare(self, query):
        self.asked += 1
        return 10, 9


def answer(recall):
    step = PlanStep("picture", "pq:4", 100, 1.0, recall, 1.0)
    return Results((), (step,), {}, "r", 0, "x")


def test_one_in_so_many_approximate_answers_is_compared():
    auditor, searcher = Auditor(), Compared()
    auditor.consider(1, searcher, None, answer(0.99))
    auditor.close()
    assert auditor.audited == Audited(1, 10, 9)
    assert auditor.audited.counts() == {"answers": 1, "wanted": 10, "found": 9}
    third = Auditor()
    for _ in range(3):
        third.consider(3, searcher, None, answer(0.99))
    third.close()
    assert third.audited.answers == 1


@pytest.mark.parametrize(("every", "recall"), [(0, 0.9), (1, 1.0)])
def test_nothing_is_compared_where_nothing_can_be_lost(every, recall):
    auditor, searcher = Auditor(), Compared()
    auditor.consider(every, searcher, None, answer(recall))
    auditor.close()
    assert (searcher.asked, auditor.audited) == (0, Audited())


def test_a_comparison_that_fails_stops_no_other():
    class Fails(Compared):
        def compare(self, query):
            raise ValueError("damaged")

    auditor = Auditor()
    auditor.consider(1, Fails(), None, answer(0.9))
    auditor.close()
    auditor.consider(1, Compared(), None, answer(0.9))
    auditor.close()
    assert auditor.audited.answers == 1
