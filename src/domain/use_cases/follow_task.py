"""Telling what happens to a task, as it happens, until it has ended."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from domain.model.errors import Unavailable
from domain.model.events import StreamClosed, StreamOpened
from domain.model.following import Kind, TaskEvent, as_it_is, next_event, since
from domain.model.task import TERMINAL, Change, Task
from domain.use_cases.get_task import GetTask
from ports.clock import Elapsed
from ports.event_bus import MISSED, EventBus
from ports.telemetry import Telemetry

QUIET_S = 15.0
"""After so long without news a reader is told that there is none."""
LOOK_S = 60.0
"""And after so long the row is read: what is heard of changes may be lost. Whenever a bus knows of
such a gap it says so, so this is for what it does not know of."""
AGAIN_S = 1.0
"""Until the ledger is asked again that did not answer."""
STEP_S = 0.5
"""Between two steps of progress."""


@dataclass(slots=True)
class _Place:
    """How far a reader is, when he is told that there is no news, when the row is looked at for
    him, and from when on he may be told of progress again."""

    told: Change
    quiet_at_s: float
    look_at_s: float
    step_at_s: float


class FollowTask:
    def __init__(
        self,
        get: GetTask,
        bus: EventBus,
        telemetry: Telemetry,
        elapsed: Elapsed,
        quiet_s: float = QUIET_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._get, self._bus, self._telemetry = get, bus, telemetry
        self._elapsed, self._quiet_s, self._look_s = elapsed, quiet_s, look_s

    async def __call__(
        self, tenant: str, task_id: str, after: int | None = None
    ) -> AsyncGenerator[TaskEvent | None, None]:
        """What happened after the event `after` (None: how it stands), then what happens, to the
        end. None: still nothing, for a while. Raises what `GetTask` raises, in the end only for a
        task that the ledger has lost; a ledger out of reach is waited for."""
        self._telemetry.record(StreamOpened())
        try:
            with self._bus.listen(task_id) as changed:
                task = await self._get(tenant, task_id)
                for begun in _begun(task, after):
                    yield begun
                place = self._place(task.change)
                while place.told.status not in TERMINAL:
                    due_at_s = min(place.quiet_at_s, place.look_at_s)
                    change = await changed(max(0.0, due_at_s - self._elapsed()))
                    for event in await self._news(tenant, task_id, place, change):
                        yield event
                        place = self._place(event.change) if event else place
        finally:
            self._telemetry.record(StreamClosed())

    def _place(self, told: Change) -> _Place:
        now_s = self._elapsed()
        return _Place(told, now_s + self._quiet_s, now_s + self._look_s, now_s + STEP_S)

    async def _news(
        self, tenant: str, task_id: str, place: _Place, change: Change | None
    ) -> Sequence[TaskEvent | None]:
        now_s = self._elapsed()
        if change is None and now_s < place.look_at_s:
            place.quiet_at_s = now_s + self._quiet_s
            return (None,)
        if change is None or change is MISSED or change.status in TERMINAL:
            return await self._looked(tenant, task_id, place)
        event = next_event(place.told, change)
        if event and event.kind is Kind.PROGRESS and now_s < place.step_at_s:
            place.look_at_s = min(place.look_at_s, place.step_at_s)
            return ()
        return (event,) if event else ()

    async def _looked(self, tenant: str, task_id: str, place: _Place) -> Sequence[TaskEvent | None]:
        """What the row tells: the truth, and the whole task in the end."""
        now_s = self._elapsed()
        place.quiet_at_s, place.look_at_s = now_s + self._quiet_s, now_s + self._look_s
        try:
            task = await self._get(tenant, task_id)
        except Unavailable:
            place.look_at_s = now_s + AGAIN_S
            return (None,)
        return since(task, place.told) or (None,)


def _begun(task: Task, after: int | None) -> Sequence[TaskEvent]:
    if after is None:
        return as_it_is(task)
    return since(task, Change(after, task.status))
