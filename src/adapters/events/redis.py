"""Changes of a ledger in Redis: its scripts publish them, one subscription a process hears them."""

import asyncio
from contextlib import AbstractContextManager, suppress

from adapters.events.listeners import Listeners
from adapters.redis_client import RedisClient
from domain.model.errors import StorageUnavailable
from domain.model.task import STARTED, Change, TaskStatus
from ports.event_bus import Changed, EventBus
from ports.lifecycle import Lifecycle

AGAIN_AFTER_S = 1.0


class RedisEventBus(EventBus, Lifecycle):
    """A message is `<task id> <status> <revision> <attempt> <progress> <move or step>`. A lost
    subscription is taken up again each second; who waits looks for itself meanwhile."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client, self._channel = client, f"{prefix}changed"
        self.listeners = Listeners()
        self._starts: int | None = None
        self._hearing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._hearing = asyncio.create_task(self._hear())

    async def aclose(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])

    def listen(self, task_id: str) -> AbstractContextManager[Changed]:
        return self.listeners.listen(task_id)

    def starts(self) -> int | None:
        return self._starts

    async def _hear(self) -> None:
        while True:
            with suppress(StorageUnavailable):
                async for message in self._client.heard(self._channel):
                    self._tell(message)
            self._starts = None
            await asyncio.sleep(AGAIN_AFTER_S)

    def _tell(self, message: bytes | None) -> None:
        """None: the subscription stands from now on, and what was told before went unheard."""
        if message is None:
            self._starts = 0
            self.listeners.tell_all_to_look()
            return
        with suppress(ValueError):  # of another release: its row is read when next looked
            task_id, change, moved = _read(message)
            if moved and change.status is STARTED and self._starts is not None:
                self._starts += 1
            self.listeners.tell(task_id, change)


def _read(message: bytes) -> tuple[str, Change, bool]:
    """Raises `ValueError` for what it does not know."""
    task_id, status, revision, attempt, progress, kind = message.decode().split(" ")
    change = Change(int(revision), TaskStatus(status), int(attempt), int(progress))
    return task_id, change, kind == "move"
