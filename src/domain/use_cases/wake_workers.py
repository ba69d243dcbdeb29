"""Publishing the wake-ups of many tasks that were just written down together."""

from collections.abc import Iterator, Sequence

from domain.model.task import Task
from domain.use_cases.side_by_side import side_by_side
from domain.use_cases.wake_worker import WakeWorker
from ports.clock import Elapsed

AT_ONCE = 32
LONGEST_S = 5.0
"""After that the caller is answered; what is left is recover's."""


class WakeWorkers:
    def __init__(self, wake: WakeWorker, elapsed: Elapsed) -> None:
        self._wake, self._elapsed = wake, elapsed

    async def __call__(self, tasks: Sequence[Task]) -> None:
        """Publishes in the order of `tasks`, `AT_ONCE` under way, and begins none once one failed
        or the time is over: a batch makes nobody hang while a broker is down."""
        until_s, failed = self._elapsed() + LONGEST_S, False

        def in_time() -> Iterator[Task]:
            for task in tasks:
                if failed or self._elapsed() >= until_s:
                    return
                yield task

        async def wake(task: Task) -> None:
            nonlocal failed
            failed = not await self._wake(task) or failed

        await side_by_side(wake, in_time(), AT_ONCE)
