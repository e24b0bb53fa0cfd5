import asyncio
import threading
import time

import pytest

from pinakes.serving.admission import Admission
from pinakes.serving.errors import TooBusyError, TooSlowError
from pinakes.serving.together import MOST, Together


class Squares:
    """Squares numbers, refuses those below 0, and notes what it was asked for at once, and where."""

    def __init__(self):
        self.asked = []
        self.threads = []

    def __call__(self, numbers):
        self.asked.append(list(numbers))
        self.threads.append(threading.get_ident())
        return [ValueError(f"{n} is below 0") if n < 0 else n * n for n in numbers]


async def settled(together):
    """Let it forget that nothing is known yet of how long work takes."""
    for _ in range(80):
        await together.run(Squares(), 1)


async def quick(queue=64):
    admission = Admission(1, queue, 5.0)
    together = Together(admission)
    await settled(together)
    return admission, together, Squares()


def test_one_alone_is_answered_alone():
    async def main():
        admission, together, squares = await quick()
        assert await together.run(squares, 3) == 9
        assert squares.asked == [[3]]
        assert squares.threads == [threading.get_ident()]
        admission.close()

    asyncio.run(main())


def test_those_who_wait_are_answered_together_each_with_its_own_outcome():
    async def main():
        admission, together, squares = await quick()
        numbers = [4, -1, *range(10, 20)]
        outcomes = await asyncio.gather(
            *(together.run(squares, number) for number in numbers), return_exceptions=True
        )
        assert str(outcomes[1]) == "-1 is below 0"
        assert [*outcomes[:1], *outcomes[2:]] == [16, *(n * n for n in range(10, 20))]
        assert squares.asked == [numbers]
        assert admission.pending == 0
        admission.close()

    asyncio.run(main())


def test_a_group_is_answered_in_a_turn_of_the_loop_in_order():
    async def main():
        admission, together, squares = await quick()
        turn, turns = 0, []

        def note(numbers):
            turns.append(turn)
            return squares(numbers)

        def count():
            nonlocal turn
            turn += 1
            asyncio.get_running_loop().call_soon(count)

        asyncio.get_running_loop().call_soon(count)
        asked = range(MOST + 5)
        assert await asyncio.gather(*(together.run(note, n) for n in asked)) == [n * n for n in asked]
        assert squares.asked == [list(asked[:MOST]), list(asked[MOST:])]
        assert len(set(turns)) == 2
        admission.close()

    asyncio.run(main())


def test_as_many_are_answered_at_once_as_the_loop_may_be_held_up_for():
    async def main():
        admission, together, squares = await quick()

        def toil(numbers):
            end = time.thread_time() + 0.016 * len(numbers)
            while time.thread_time() < end:
                pass
            return squares(numbers)

        for _ in range(60):
            await together.run(toil, 1)
        del squares.asked[:]
        await asyncio.gather(*(together.run(toil, n) for n in range(6)))
        assert [n for group in squares.asked for n in group] == list(range(6))
        assert max(map(len, squares.asked)) <= 2
        admission.close()

    asyncio.run(main())


def test_who_waits_for_a_core_or_a_disk_is_put_together_with_four_times_as_many():
    async def main():
        admission, together, squares = await quick()

        def doze(numbers):
            time.sleep(0.01 * len(numbers))
            return squares(numbers)

        for _ in range(60):
            await together.run(doze, 1)
        del squares.asked[:]
        await asyncio.gather(*(together.run(doze, n) for n in range(32)))
        assert [n for group in squares.asked for n in group] == list(range(32))
        assert 4 < max(map(len, squares.asked)) <= 16  # by the clock alone 4
        admission.close()

    asyncio.run(main())


def test_who_came_while_others_were_read_joins_them():
    async def main():
        admission, together, squares = await quick()
        loop = asyncio.get_running_loop()
        first = [asyncio.create_task(together.run(squares, n)) for n in (1, 2)]
        later = []
        loop.call_soon(lambda: later.append(asyncio.create_task(together.run(squares, 3))))
        assert await asyncio.gather(*first) == [1, 4]
        assert await later[0] == 9
        assert squares.asked == [[1, 2, 3]]
        admission.close()

    asyncio.run(main())


def test_slow_work_is_done_for_one_at_a_time_in_a_thread_until_it_is_forgotten():
    async def main():
        admission, squares = Admission(1, 64, 5.0), Squares()  # nothing is known yet
        together = Together(admission)
        assert await asyncio.gather(*(together.run(squares, n) for n in range(5))) == [0, 1, 4, 9, 16]
        assert squares.asked == [[0], [1], [2], [3], [4]]
        assert threading.get_ident() not in squares.threads
        await settled(together)
        assert together.quick

        def doze(numbers):
            time.sleep(0.4 * len(numbers))
            return squares(numbers)

        first = asyncio.create_task(together.run(doze, 6))
        await asyncio.sleep(0)
        later = [asyncio.create_task(together.run(squares, n)) for n in (7, 8)]
        assert await asyncio.gather(first, *later) == [36, 49, 64]
        del squares.threads[:]
        assert not together.quick
        assert await asyncio.gather(together.run(squares, -2), return_exceptions=True)
        assert threading.get_ident() not in squares.threads
        await settled(together)
        await together.run(squares, 9)
        assert squares.threads[-1] == threading.get_ident()
        admission.close()

    asyncio.run(main())


def test_those_who_wait_when_work_turns_out_to_be_slow_are_answered_in_a_thread():
    async def main():
        admission, together, squares = await quick()

        def doze(numbers):
            time.sleep(0.4)
            return squares(numbers)

        numbers = range(MOST + 3)
        outcomes = asyncio.gather(*(together.run(doze if n == 0 else squares, n) for n in numbers))
        together._busy = 0.039  # one at a time
        assert await outcomes == [n * n for n in numbers]
        assert squares.asked == [[n] for n in numbers]
        assert squares.threads.count(threading.get_ident()) == 1
        admission.close()

    asyncio.run(main())


def test_a_thread_helps_where_most_of_the_queue_is_full_and_a_full_one_refuses():
    async def main():
        admission, together, squares = await quick(queue=4)

        async def crowd():
            asked = [asyncio.create_task(together.run(squares, n)) for n in range(8)]
            outcomes = await asyncio.gather(*asked, return_exceptions=True)
            assert outcomes[:5] == [0, 1, 4, 9, 16]
            assert [type(outcome) for outcome in outcomes[5:]] == [TooBusyError] * 3

        await crowd()
        assert squares.asked == [[0, 1, 2, 3, 4]]  # nobody had been refused yet
        del squares.asked[:], squares.threads[:]
        await crowd()  # four wait for the loop, one for the thread; there is no place for the rest
        assert sorted(squares.asked) == [[0, 1, 2, 3], [4]]
        assert squares.threads[squares.asked.index([4])] != threading.get_ident()
        admission.close()

    asyncio.run(main())


def test_who_gives_up_is_not_answered():
    async def main():
        admission, together, squares = await quick()
        asked = [asyncio.create_task(together.run(squares, n)) for n in range(3)]
        asked[1].cancel()
        alone = asyncio.create_task(together.run(squares, 4))
        outcomes = await asyncio.gather(*asked, alone, return_exceptions=True)
        assert isinstance(outcomes[1], asyncio.CancelledError)
        assert squares.asked == [[0, 2, 4]]
        last = asyncio.create_task(together.run(squares, 5))
        await asyncio.sleep(0)
        last.cancel()
        await asyncio.sleep(0.01)
        assert squares.asked == [[0, 2, 4]]
        assert admission.pending == 0
        admission.close()

    asyncio.run(main())


def test_what_waits_too_long_never_runs():
    async def main():
        admission = Admission(1, 2, 0.05)
        together, squares, gate = Together(admission), Squares(), threading.Event()

        def wait(numbers):
            gate.wait(5)
            return squares(numbers)

        slow = asyncio.create_task(together.run(wait, 1))
        await asyncio.sleep(0.01)
        with pytest.raises(TooSlowError, match=r"0\.05 s"):
            await together.run(squares, 2)
        with pytest.raises(TooSlowError):
            await slow
        gate.set()
        admission.close()
        assert [2] not in squares.asked

    asyncio.run(main())


def test_work_that_fails_as_a_whole_fails_for_those_it_was_done_for():
    async def main():
        admission, together, squares = await quick()

        def refuse(numbers):
            raise RuntimeError("broken")

        failed = await asyncio.gather(*(together.run(refuse, n) for n in range(2)), return_exceptions=True)
        assert [str(error) for error in failed] == ["broken", "broken"]
        assert await together.run(squares, 2) == 4
        admission.close()

    asyncio.run(main())
