import pytest

from pinakes.serving.errors import TooBusyError
from pinakes.serving.rates import REMEMBERED, Rates, visitor_of


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_minutes_worth_at_once_then_one_every_so_often(clock):
    rates = Rates(6, clock)
    for _ in range(6):
        rates.take("192.0.2.1")
    with pytest.raises(TooBusyError) as refused:
        rates.take("192.0.2.1")
    assert refused.value.retry_after == 10  # 6 a minute is one in 10 s
    clock.now = 9.0
    with pytest.raises(TooBusyError) as refused:
        rates.take("192.0.2.1")
    assert refused.value.retry_after == 1
    clock.now = 10.0
    rates.take("192.0.2.1")


def test_rest_is_not_saved_beyond_a_minute(clock):
    rates = Rates(3, clock)
    rates.take("a")
    clock.now = 3600.0
    for _ in range(3):
        rates.take("a")
    with pytest.raises(TooBusyError):
        rates.take("a")


def test_visitors_do_not_pay_for_each_other(clock):
    rates = Rates(1, clock)
    rates.take("192.0.2.1")
    rates.take("192.0.2.2")
    with pytest.raises(TooBusyError):
        rates.take("192.0.2.1")


def test_who_was_longest_away_is_forgotten(clock):
    rates = Rates(1, clock)
    for number in range(REMEMBERED + 1):
        rates.take(f"visitor {number}")
    rates.take("visitor 0")
    with pytest.raises(TooBusyError):
        rates.take(f"visitor {REMEMBERED}")


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_is_one_visitor(address, visitor):
    assert visitor_of(address) == visitor
