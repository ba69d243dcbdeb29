"""Changes of a ledger in Redis: its scripts publish them, one subscription a process hears them."""

import asyncio
from contextlib import AbstractContextManager, suppress

from adapters.redis_client import RedisClient
from adapters.watch.listeners import Listeners
from domain.model.errors import StorageUnavailable
from domain.model.task import TaskStatus
from ports.lifecycle import Lifecycle
from ports.task_watch import Changed, TaskWatch

AGAIN_AFTER_S = 1.0


class RedisTaskWatch(TaskWatch, Lifecycle):
    """A message is `<task id> <status>`. A lost subscription is taken up again each second; who
    waits looks for itself meanwhile."""

    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client, self._channel = client, f"{prefix}changed"
        self._listeners = Listeners()
        self._hearing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._hearing = asyncio.create_task(self._hear())

    async def aclose(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])

    def listen(self, task_id: str) -> AbstractContextManager[Changed]:
        return self._listeners.listen(task_id)

    async def _hear(self) -> None:
        while True:
            with suppress(StorageUnavailable):
                async for message in self._client.heard(self._channel):
                    self._tell(message)
            await asyncio.sleep(AGAIN_AFTER_S)

    def _tell(self, message: bytes | None) -> None:
        """None: the subscription stands from now on, and what was told before went unheard."""
        if message is None:
            self._listeners.tell_all_to_look()
            return
        task_id, _, status = message.decode().partition(" ")
        with suppress(ValueError):  # a status of a newer release: its row is read when next looked
            self._listeners.tell(task_id, TaskStatus(status))
