"""Tasks for the no-op model, accepted by the use case itself."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any
from uuid import uuid4

from domain.model.task import Task
from domain.use_cases.read_submission import Submission
from domain.use_cases.submit_task import SubmitTask

AT_ONCE = 32


async def submit_noops(submit: SubmitTask, wanted: int) -> list[Task]:
    run, tasks = uuid4().hex, list[Task]()

    async def one(number: int) -> None:
        asked = Submission(
            tenant="default", model="noop", input={}, client_request_id=f"{run}-{number}"
        )
        tasks.append((await submit(asked)).task)

    await each(one, wanted, AT_ONCE)
    return tasks


async def each(call: Callable[[int], Coroutine[Any, Any, None]], wanted: int, at_once: int) -> None:
    """`call(0)` … `call(wanted - 1)`, `at_once` of them side by side."""
    numbers = count()

    async def lane() -> None:
        while (number := next(numbers)) < wanted:
            await call(number)

    await asyncio.gather(*(lane() for _ in range(at_once)))
