"""A ledger inside one process; it ends with it."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from adapters.tasks.agenda import Agenda
from adapters.tasks.batch_book import BatchBook
from adapters.tasks.memory_outbox import MemoryWebhookOutbox
from adapters.tasks.memory_usage import MemoryUsageStore
from adapters.tasks.telling import Tell, nobody
from adapters.tasks.turn_book import TurnBook
from domain.model.due import Due, due_times, queued_before
from domain.model.idempotency import IdempotencyKey, KeyKind
from domain.model.task import Task
from domain.model.webhook import Delivery
from ports.clock import Now
from ports.lifecycle import Lifecycle
from ports.task_store import TaskQuery, TaskStore
from ports.waiting_line import WaitingLine

FORGET = "forget"

KeyName = tuple[str, str, str]


class MemoryTaskStore(TaskStore, WaitingLine, Lifecycle):
    """No method waits between its first look and its last write: on one event loop each is
    atomic. `tell` hears of each changed row. `batches`, `usage`, `turns`: it keeps
    them."""

    def __init__(
        self, now: Now, tell: Tell = nobody, outbox: MemoryWebhookOutbox | None = None
    ) -> None:
        self.batches, self.usage, self.turns = BatchBook(), MemoryUsageStore(), TurnBook()
        self._outbox = outbox or MemoryWebhookOutbox(now)
        self._now, self._tell = now, tell
        self._tasks: dict[str, Task] = {}
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._keys: dict[KeyName, str] = {}
        self._keys_of: dict[str, set[KeyName]] = defaultdict(set)
        self._agenda = Agenda()

    async def insert_once(self, task: Task, key: IdempotencyKey | None) -> Task:
        now = self._forget()
        if answer := self._answer(task.task_id, key, now):
            return answer
        self.insert(task)
        if key:
            self._point(_name(key), task.task_id)
        return task

    def insert(self, task: Task) -> None:
        """`task`, under an id that nobody has."""
        insort(self._ids[task.tenant], task.task_id)
        self._write(task)
        self.usage.accepted(task)

    async def get(self, task_id: str) -> Task | None:
        self._forget()
        return self._tasks.get(task_id)

    async def replace(
        self, task: Task, expected_revision: int, outbox: Sequence[Delivery] = ()
    ) -> bool:
        now = self._forget()
        current = self._tasks.get(task.task_id)
        if current is None or current.revision != expected_revision:
            return False
        self._write(task)
        self.batches.count(current, task, now)
        if task.terminal and not current.terminal:
            self.usage.ended(task)
        self._outbox.add(outbox)
        self._tell(task)
        return True

    async def list(self, query: TaskQuery) -> Sequence[Task]:
        self._forget()
        ids: Sequence[str] = self._ids.get(query.tenant, [])
        if query.client_request_id is not None:
            ids = self._named(query.tenant, query.client_request_id)
        end = len(ids) if query.before is None else bisect_left(ids, query.before)
        falling = (self._tasks[ids[at]] for at in range(end - 1, -1, -1))
        return tuple(islice((task for task in falling if query.fits(task)), query.limit))

    async def due(self, kind: Due, limit: int) -> Sequence[Task]:
        now = self._forget()
        return tuple(self._tasks[task_id] for task_id in self._agenda.until(kind, now)[:limit])

    async def ahead_of(self, task: Task) -> int | None:
        own, *urgent = queued_before(task.request.priority)
        before = self._agenda.before(own, task.task_id)
        return None if before is None else before + sum(map(self._agenda.count, urgent))

    def _named(self, tenant: str, client_request_id: str) -> Sequence[str]:
        found = self._keys.get((tenant, KeyKind.CLIENT, client_request_id))
        return [] if found is None else [found]

    def _answer(self, task_id: str, key: IdempotencyKey | None, now: float) -> Task | None:
        twin = self._tasks.get(self._keys.get(_name(key), "")) if key else None
        if key and twin and key.answered_by(twin, now):
            return twin
        return self._tasks.get(task_id)

    def _write(self, task: Task) -> None:
        times = {str(kind): at for kind, at in due_times(task).items()}
        if task.forget_at is not None:
            times[FORGET] = task.forget_at
        self._tasks[task.task_id] = task
        self._agenda.write(task.task_id, times)
        self.turns.write(task)

    def _point(self, name: KeyName, task_id: str) -> None:
        self._keys_of[self._keys.get(name, task_id)].discard(name)
        self._keys[name] = task_id
        self._keys_of[task_id].add(name)

    def _forget(self) -> float:
        """Drop what is past its `forget_at`; answers the time it judged by."""
        now = self._now()
        for task_id in self._agenda.until(FORGET, now):
            self._drop(task_id)
        return now

    def _drop(self, task_id: str) -> None:
        ids = self._ids[self._tasks.pop(task_id).tenant]
        del ids[bisect_left(ids, task_id)]
        for name in self._keys_of.pop(task_id, ()):
            del self._keys[name]
        self._agenda.drop(task_id)


def _name(key: IdempotencyKey) -> KeyName:
    return (key.tenant, key.kind, key.value)
