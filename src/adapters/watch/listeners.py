"""Who in this process waits for which task."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from domain.model.task import TaskStatus
from ports.task_watch import Changed

Heard = asyncio.Queue[TaskStatus | None]


class Listeners:
    """Used on one event loop."""

    def __init__(self) -> None:
        self._heard: defaultdict[str, list[Heard]] = defaultdict(list)

    @contextmanager
    def listen(self, task_id: str) -> Iterator[Changed]:
        heard: Heard = asyncio.Queue()
        self._heard[task_id].append(heard)
        try:
            yield partial(_next, heard)
        finally:
            self._heard[task_id].remove(heard)
            if not self._heard[task_id]:
                del self._heard[task_id]

    def tell(self, task_id: str, status: TaskStatus) -> None:
        for heard in self._heard.get(task_id, ()):
            heard.put_nowait(status)

    def tell_all_to_look(self) -> None:
        """Something may have been missed."""
        for waiting in self._heard.values():
            for heard in waiting:
                heard.put_nowait(None)


async def _next(heard: Heard, wait_s: float) -> TaskStatus | None:
    try:
        async with asyncio.timeout(wait_s):
            return await heard.get()
    except TimeoutError:
        return None
