"""Whether more tasks may wait."""

from domain.model.errors import Overloaded
from ports.wakeup_queue import WakeupQueue


class FindRoom:
    def __init__(self, queue: WakeupQueue, max_queue_depth: int) -> None:
        self._queue, self._max_queue_depth = queue, max_queue_depth

    async def __call__(self, tasks: int = 1) -> None:
        """Returns when `tasks` more may wait. Raises `Overloaded`."""
        depth = sum((await self._queue.depth()).values())
        if depth + tasks > self._max_queue_depth:
            raise Overloaded(f"{depth} tasks are waiting already.", retry_after_s=5)
