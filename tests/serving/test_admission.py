import asyncio
import threading
import time

import pytest

from pinakes.errors import QueryError
from pinakes.serving.admission import Admission
from pinakes.serving.errors import TooBusyError, TooSlowError


def test_work_is_done_in_a_thread_and_its_error_is_passed_on():
    async def main():
        admission = Admission(2, 1, 5.0)
        assert await admission.run(threading.get_ident) != threading.get_ident()
        assert await admission.run(max, 2, 3) == 3
        with pytest.raises(ValueError, match="invalid literal"):
            await admission.run(int, "x")
        await asyncio.sleep(0.01)
        assert admission.pending == 0
        admission.close()

    asyncio.run(main())


def test_what_does_not_fit_into_the_queue_is_refused_and_the_rest_is_answered():
    async def main():
        admission, gate = Admission(1, 2, 5.0), threading.Event()
        waiting = [asyncio.create_task(admission.run(gate.wait, 5)) for _ in range(3)]
        await asyncio.sleep(0)
        assert admission.pending == 3
        with pytest.raises(TooBusyError) as refused:
            await admission.run(gate.wait, 5)
        assert refused.value.retry_after >= 1
        gate.set()
        assert await asyncio.gather(*waiting) == [True] * 3
        await asyncio.sleep(0.01)
        assert await admission.run(gate.is_set)
        admission.close()

    asyncio.run(main())


def test_what_takes_too_long_is_given_up_but_counts_until_it_has_ended():
    async def main():
        admission, gate = Admission(1, 0, 0.05), threading.Event()
        with pytest.raises(TooSlowError, match=r"0\.05 s"):
            await admission.run(gate.wait, 5)
        assert admission.pending == 1
        with pytest.raises(TooBusyError):
            await admission.run(gate.is_set)
        gate.set()
        while admission.pending:
            await asyncio.sleep(0.005)
        assert await admission.run(gate.is_set)
        admission.close()

    asyncio.run(main())


def test_what_waits_too_long_never_runs():
    async def main():
        admission, gate, ran = Admission(1, 1, 0.05), threading.Event(), []
        first = asyncio.create_task(admission.run(gate.wait, 5))
        await asyncio.sleep(0)
        with pytest.raises(TooSlowError):
            await admission.run(ran.append, 1)
        with pytest.raises(TooSlowError):
            await first
        gate.set()
        admission.close()
        assert ran == []

    asyncio.run(main())


def test_errors_of_pinakes_arrive_as_they_are():
    def refuse():
        raise QueryError("no")

    async def main():
        admission = Admission(1, 1, 1.0)
        with pytest.raises(QueryError, match="no"):
            await admission.run(refuse)
        admission.close()

    asyncio.run(main())


async def settled(admission):
    """Let an admission forget that nothing is known yet of how long work takes."""
    for _ in range(60):
        await admission.run_quick(int)
        await asyncio.sleep(0)


def test_quick_work_moves_from_a_thread_into_the_loop_and_slow_work_sends_it_back():
    async def main():
        admission = Admission(1, 64, 5.0)
        assert await admission.run_quick(threading.get_ident) != threading.get_ident()
        await settled(admission)
        assert await admission.run_quick(threading.get_ident) == threading.get_ident()
        await admission.run_quick(time.sleep, 0.05)
        assert await admission.run_quick(threading.get_ident) != threading.get_ident()
        await settled(admission)
        assert await admission.run_quick(threading.get_ident) == threading.get_ident()
        with pytest.raises(ValueError, match="invalid literal"):
            await admission.run_quick(int, "x")
        admission.close()

    asyncio.run(main())


def test_one_piece_of_quick_work_is_done_in_a_turn_of_the_loop_in_order():
    async def main():
        admission, turn, done = Admission(1, 8, 5.0), 0, []
        await settled(admission)

        def count():
            nonlocal turn
            turn += 1
            if not all(task.done() for task in asked):
                asyncio.get_running_loop().call_soon(count)

        asked = [
            asyncio.create_task(admission.run_quick(lambda n=n: done.append((n, turn)))) for n in range(5)
        ]
        asyncio.get_running_loop().call_soon(count)
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert outcomes == [None] * 5
        assert [number for number, _ in done] == [0, 1, 2, 3, 4]
        assert len({turn for _, turn in done}) == 5
        assert admission.pending == 0
        admission.close()

    asyncio.run(main())


def test_a_thread_helps_where_most_of_the_queue_is_full_and_a_full_one_refuses():
    async def main():
        admission = Admission(1, 4, 5.0)
        await settled(admission)
        asked = [asyncio.create_task(admission.run_quick(threading.get_ident)) for _ in range(8)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        # One is done at once, four wait for their turns, one for the thread; there is no place for the rest.
        assert outcomes[:5] == [threading.get_ident()] * 5
        assert outcomes[5] != threading.get_ident()
        assert [type(outcome) for outcome in outcomes[6:]] == [TooBusyError] * 2
        admission.close()

    asyncio.run(main())


def test_what_waits_too_long_for_its_turn_never_runs():
    async def main():
        admission, gate, ran = Admission(1, 2, 0.05), threading.Event(), []
        slow = asyncio.create_task(admission.run_quick(gate.wait, 5))
        await asyncio.sleep(0.01)
        with pytest.raises(TooSlowError, match=r"0\.05 s"):
            await admission.run_quick(ran.append, 1)
        with pytest.raises(TooSlowError):
            await slow
        gate.set()
        admission.close()
        assert ran == []

    asyncio.run(main())
