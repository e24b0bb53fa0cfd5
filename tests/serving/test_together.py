import asyncio

import pytest

from pinakes.serving.admission import Admission
from pinakes.serving.errors import TooBusyError
from pinakes.serving.together import MOST, Together


class Squares:
    """Squares numbers, refuses those below 0, and notes what it was asked for at once."""

    def __init__(self):
        self.asked = []

    def __call__(self, numbers):
        self.asked.append(list(numbers))
        return [ValueError(f"{n} is below 0") if n < 0 else n * n for n in numbers]


async def quick(queue=64):
    admission = Admission(1, queue, 5.0)
    for _ in range(60):
        await admission.run_quick(int)
        await asyncio.sleep(0)
    return admission, Together(admission), Squares()


def test_one_alone_is_answered_alone():
    async def main():
        admission, together, squares = await quick()
        assert await together.run(squares, 3) == 9
        assert squares.asked == [[3]]
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
        assert sorted(n for group in squares.asked for n in group) == sorted(numbers)
        assert max(map(len, squares.asked)) == MOST
        assert admission.pending == 0
        admission.close()

    asyncio.run(main())


def test_slow_work_is_done_for_one_at_a_time():
    async def main():
        admission, squares = Admission(1, 64, 5.0), Squares()  # which knows no quick work yet
        together = Together(admission)
        assert await asyncio.gather(*(together.run(squares, n) for n in range(5))) == [0, 1, 4, 9, 16]
        assert squares.asked == [[0], [1], [2], [3], [4]]
        admission.close()

    asyncio.run(main())


def test_who_is_refused_or_gives_up_is_not_answered():
    async def main():
        admission, together, squares = await quick(queue=3)
        asked = [asyncio.create_task(together.run(squares, n)) for n in range(6)]
        await asyncio.sleep(0)
        asked[2].cancel()
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(outcomes[2], asyncio.CancelledError)
        assert isinstance(outcomes[5], TooBusyError)
        answered = [n for group in squares.asked for n in group]
        assert 5 not in answered
        assert len(answered) == len(set(answered))
        admission.close()

    asyncio.run(main())


def test_work_that_fails_as_a_whole_fails_for_the_one_whose_turn_it_is():
    async def main():
        admission, together, squares = await quick()

        def refuse(numbers):
            raise RuntimeError("broken")

        with pytest.raises(RuntimeError, match="broken"):
            await together.run(refuse, 1)
        assert await together.run(squares, 2) == 4
        admission.close()

    asyncio.run(main())
