import asyncio
import threading

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


def test_who_waits_for_others_has_a_place_and_gives_it_back():
    async def main():
        admission, loop = Admission(1, 1, 0.05), asyncio.get_running_loop()
        answers = [loop.create_future() for _ in range(3)]
        waiting = [asyncio.create_task(admission.wait(answer)) for answer in answers]
        await asyncio.sleep(0)
        assert admission.pending == 2
        answers[0].set_result("here")
        first, second, third = await asyncio.gather(*waiting, return_exceptions=True)
        assert first == "here"
        assert isinstance(second, TooSlowError)
        assert "0.05 s" in str(second)
        assert isinstance(third, TooBusyError)
        assert admission.pending == 0
        admission.close()

    asyncio.run(main())


def test_it_is_crowded_where_places_are_few_and_somebody_was_refused_of_late(monkeypatch):
    async def main():
        admission, gate = Admission(1, 3, 5.0), threading.Event()
        waiting = [asyncio.create_task(admission.run(gate.wait, 5)) for _ in range(4)]
        await asyncio.sleep(0)
        assert not admission.crowded  # all places are taken, but nobody wants another
        with pytest.raises(TooBusyError):
            await admission.run(gate.wait, 5)
        assert admission.crowded
        gate.set()
        await asyncio.gather(*waiting)
        assert not admission.crowded
        gate.clear()
        monkeypatch.setattr("pinakes.serving.admission.OF_LATE", 0.0)
        waiting = [asyncio.create_task(admission.run(gate.wait, 5)) for _ in range(4)]
        await asyncio.sleep(0)
        assert not admission.crowded  # that was long ago
        gate.set()
        await asyncio.gather(*waiting)
        admission.close()

    asyncio.run(main())
