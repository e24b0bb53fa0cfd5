import threading

import pytest

from pinakes.kernels.beside import Beside


def who():
    return threading.current_thread().name


def test_a_search_that_is_alone_has_its_second_half_done_beside():
    meeting = threading.Barrier(2, timeout=10)  # passed only if both halves run at the same time

    def half(name):
        meeting.wait()
        return name, who()

    beside = Beside(cores=2)
    with beside.search():
        first, second = beside.both(lambda: half("first"), lambda: half("second"))
    assert first == ("first", who())
    assert second[0] == "second" and second[1].startswith("beside")


def test_where_there_is_one_core_or_another_search_one_thread_does_both():
    alone = Beside(cores=1)
    with alone.search():
        assert alone.both(who, who) == (who(), who())
    crowded = Beside(cores=2)
    with crowded.search(), crowded.search():
        assert crowded.both(who, who) == (who(), who())
    with crowded.search():
        assert crowded.both(who, lambda: "second")[0] == who()


def test_what_the_other_thread_has_not_begun_is_not_waited_for():
    beside = Beside(cores=2)
    go, done = threading.Event(), threading.Event()

    def busy():
        go.wait(10)
        done.set()

    with beside.search():
        waiting = beside._helper.submit(busy)
        assert beside.both(who, who) == (who(), who())
        assert not done.is_set()
    go.set()
    waiting.result(10)


def test_an_error_in_either_half_is_raised_and_the_next_search_is_answered():
    beside = Beside(cores=2)

    def fails():
        raise ValueError("a half failed")

    for halves in ((fails, who), (who, fails)):
        with pytest.raises(ValueError, match="a half failed"), beside.search():
            beside.both(*halves)
    with beside.search():
        assert beside.both(lambda: 1, lambda: 2) == (1, 2)


def test_the_thread_ends_with_what_it_worked_for():
    beside = Beside(cores=2)
    held = []
    meeting = threading.Barrier(2, timeout=10)

    def half():
        meeting.wait()
        held.append(threading.current_thread())

    with beside.search():
        beside.both(half, half)
    (helper,) = (thread for thread in held if thread is not threading.current_thread())
    assert helper.is_alive()
    del beside
    helper.join(10)
    assert not helper.is_alive()


def test_what_nobody_waits_for_is_done_beside_and_its_errors_are_logged(caplog):
    beside, done = Beside(cores=1), []

    def fails():
        raise ValueError("nobody waits for this")

    beside.later(fails)
    beside.later(lambda: done.append(who()))
    beside._helper.submit(int).result(10)
    assert len(done) == 1 and done[0].startswith("beside")
    assert "nobody waits for this" in caplog.text
