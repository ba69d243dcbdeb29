"""Publishing the wake-up of a task that was just written down."""

from domain.model.errors import Unavailable
from domain.model.events import PublishFailed
from domain.model.task import Task
from domain.model.wakeup import wakeup_for
from domain.use_cases.confirm_published import ConfirmPublished
from ports.telemetry import Telemetry
from ports.wakeup_queue import WakeupQueue


class WakeWorker:
    def __init__(self, queue: WakeupQueue, confirm: ConfirmPublished, telemetry: Telemetry) -> None:
        self._queue, self._confirm, self._telemetry = queue, confirm, telemetry

    async def __call__(self, task: Task) -> bool:
        """Whether it was published. A failed publish costs the caller nothing: the row stays
        unpublished and recover publishes it."""
        try:
            await self._queue.publish(wakeup_for(task))
        except Unavailable as error:
            self._telemetry.record(
                PublishFailed(task.task_id, error.detail, task.request_id, task.tenant)
            )
            return False
        self._confirm.later(task)
        return True
