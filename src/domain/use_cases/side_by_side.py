"""The same for many things, a few of them at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def side_by_side(
    act: Callable[[T], Awaitable[object]], each: Iterable[T], at_once: int
) -> None:
    """`act` for everything in `each`, begun in that order. What one of them raises is raised, as it
    is, and the others are cancelled."""
    left = iter(each)

    async def go_on() -> None:
        for one in left:
            await act(one)

    going = [asyncio.create_task(go_on()) for _ in range(at_once)]
    try:
        await asyncio.gather(*going)
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
