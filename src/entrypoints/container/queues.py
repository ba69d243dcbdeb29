"""Both ends of each queue, their libraries imported inside."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from domain.model.events import MessageParked
from domain.model.priority import Ageing
from domain.model.task import Task
from entrypoints.settings import Settings
from ports.clock import Elapsed
from ports.task_store import TaskStore
from ports.telemetry import Telemetry
from ports.wakeup_queue import WakeupQueue
from ports.wakeup_source import WakeupSource

if TYPE_CHECKING:
    from adapters.queue.memory import MemoryQueue
    from adapters.telemetry.ended_tasks import EndedTasks
    from adapters.telemetry.tee import TeeTelemetry


def ageing(settings: Settings) -> Ageing:
    return Ageing(settings.priority_aging_normal_s, settings.priority_aging_low_s)


def memory_queue(settings: Settings, elapsed: Elapsed) -> "MemoryQueue":
    """Both ends of one queue."""
    from adapters.queue.memory import MemoryQueue

    return MemoryQueue(ageing(settings), elapsed, settings.drain_grace_s)


def celery_queue(settings: Settings, elapsed: Elapsed) -> WakeupQueue:
    from adapters.queue.celery.broker import CeleryBroker
    from adapters.queue.celery.queue import CeleryWakeupQueue

    return CeleryWakeupQueue(CeleryBroker(url=settings.broker_url.get_secret_value()), elapsed)


def celery_source(
    settings: Settings, store: TaskStore, elapsed: Elapsed, telemetry: "TeeTelemetry"
) -> WakeupSource:
    """Where the ledger is on Redis, Celery's result backend there mirrors it, for AsyncResult and
    Flower; no decision reads it."""
    from adapters.queue.celery.broker import CeleryBroker
    from adapters.queue.celery.source import CeleryWakeupSource

    mirrored = settings.task_store == "redis"
    ended = remembered(telemetry) if mirrored else None
    return CeleryWakeupSource(
        CeleryBroker(url=settings.broker_url.get_secret_value()),
        ageing(settings),
        elapsed,
        grace_s=settings.drain_grace_s,
        task_of=task_of(store, ended) if ended else None,
        left_over=ended.take_all if ended else tuple,
        result_url=settings.redis_url.get_secret_value() if mirrored else None,
        on_parked=parked(telemetry),
    )


def remembered(telemetry: "TeeTelemetry") -> "EndedTasks":
    from adapters.telemetry.ended_tasks import EndedTasks

    ended = EndedTasks()
    telemetry.add(ended)
    return ended


def task_of(store: TaskStore, ended: "EndedTasks") -> Callable[[str], Awaitable[Task | None]]:
    """`store.get`, but the ledger is not asked for a task that has just ended here."""

    async def look(task_id: str) -> Task | None:
        return ended.take(task_id) or await store.get(task_id)

    return look


def dramatiq_queue(settings: Settings, elapsed: Elapsed) -> WakeupQueue:
    from adapters.queue.dramatiq.wakeup_queue import DramatiqWakeupQueue

    return DramatiqWakeupQueue(settings.broker_url.get_secret_value(), elapsed)


def dramatiq_source(settings: Settings, elapsed: Elapsed, telemetry: Telemetry) -> WakeupSource:
    from adapters.queue.dramatiq.wakeup_source import DramatiqWakeupSource

    url = settings.broker_url.get_secret_value()
    return DramatiqWakeupSource(
        url, ageing(settings), elapsed, settings.drain_grace_s, on_parked=parked(telemetry)
    )


def parked(telemetry: Telemetry) -> Callable[[str], None]:
    return lambda reason: telemetry.record(MessageParked(reason))
