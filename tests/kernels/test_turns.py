"""Whose turn it is."""

import threading
import time
from contextlib import ExitStack

import pytest

from pinakes.kernels.turns import Turns


def in_a_thread(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def wait_until(true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_no_more_work_at_a_time_than_may(width):
    turns, lock = Turns(width), threading.Lock()
    working, most = 0, 0

    def work():
        nonlocal working, most
        for _ in range(50):
            with turns:
                with lock:
                    working += 1
                    most = max(most, working)
                time.sleep(0.0001)
                with lock:
                    working -= 1

    threads = [in_a_thread(work) for _ in range(8)]
    for thread in threads:
        thread.join()
    assert most == width


def test_who_came_first_is_first():
    turns, order, threads = Turns(1), [], []

    def work(number):
        with turns:
            order.append(number)

    with turns:
        for number in range(5):
            threads.append(in_a_thread(lambda number=number: work(number)))
            wait_until(lambda number=number: len(turns._waiting) == number + 1)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_an_error_gives_the_turn_on():
    turns = Turns(1)
    with pytest.raises(ValueError, match="inside"), turns:
        raise ValueError("inside")
    with turns:
        pass


class Interrupted:
    """A lock whose holder is interrupted while he waits for it, after something else happened."""

    def __init__(self, meanwhile):
        self.taken, self.meanwhile = False, meanwhile

    def acquire(self):
        if self.taken:
            self.meanwhile()
            raise KeyboardInterrupt
        self.taken = True

    def release(self):
        self.taken = False


@pytest.mark.parametrize("given", [False, True])
def test_who_is_interrupted_while_he_waits_takes_no_turn(monkeypatch, given):
    turns, holding = Turns(1), ExitStack()
    holding.enter_context(turns)
    meanwhile = holding.close if given else (lambda: None)  # the turn may come just before Ctrl-C is noticed
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("pinakes.kernels.turns.threading.Lock", lambda: Interrupted(meanwhile))
        with turns:
            raise AssertionError("it was not his turn")
    assert not turns._waiting
    holding.close()
    for _ in range(2):  # nobody has it
        with turns:
            pass
    assert turns._free == 1
