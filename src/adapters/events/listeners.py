"""Who in this process waits for which task."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from domain.model.task import Change
from ports.event_bus import MISSED, Changed

Heard = asyncio.Queue[Change]

MOST = 64
"""Changes kept for a listener who is slow; then he has to look for himself."""


class Listeners:
    """Used on one event loop."""

    def __init__(self) -> None:
        self._heard: defaultdict[str, list[Heard]] = defaultdict(list)

    def __len__(self) -> int:
        return sum(map(len, self._heard.values()))

    @contextmanager
    def listen(self, task_id: str) -> Iterator[Changed]:
        heard: Heard = asyncio.Queue(MOST)
        self._heard[task_id].append(heard)
        try:
            yield partial(_next, heard)
        finally:
            self._heard[task_id].remove(heard)
            if not self._heard[task_id]:
                del self._heard[task_id]

    def tell(self, task_id: str, change: Change) -> None:
        for heard in self._heard.get(task_id, ()):
            _put(heard, change)

    def tell_all_to_look(self) -> None:
        """Something may have been missed."""
        for waiting in self._heard.values():
            for heard in waiting:
                _put(heard, MISSED)


def _put(heard: Heard, change: Change) -> None:
    if heard.full():
        change = MISSED
        while not heard.empty():
            heard.get_nowait()
    heard.put_nowait(change)


async def _next(heard: Heard, wait_s: float) -> Change | None:
    try:
        async with asyncio.timeout(wait_s):
            return await heard.get()
    except TimeoutError:
        return None
