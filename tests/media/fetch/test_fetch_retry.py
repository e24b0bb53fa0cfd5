import time
from email.utils import formatdate

import pytest

from pinakes.media.fetch.policy import FetchLimits
from pinakes.media.fetch.retry import pause

LIMITS = FetchLimits(attempts=4, back_off=0.5, longest_wait=30.0)


def test_pauses_double_and_end():
    assert [pause(attempt, {}, LIMITS) for attempt in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, None]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0", 0.5), ("soon", 0.5), ("-3", 0.5), ("31", None), ("9" * 400, None)],
)
def test_a_server_may_ask_for_a_longer_pause(value, seconds):
    assert pause(1, {"retry-after": value}, LIMITS) == seconds


def test_a_server_may_name_a_date():
    assert pause(1, {"retry-after": formatdate(time.time() + 10, usegmt=True)}, LIMITS) == pytest.approx(
        10, abs=2
    )
    assert pause(1, {"retry-after": formatdate(time.time() - 999, usegmt=True)}, LIMITS) == 0.5
