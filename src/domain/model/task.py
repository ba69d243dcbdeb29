"""A task and the moves it can make.

House rules of this file:
1. `TABLE` is the whole life cycle; a move that is not in it raises `IllegalMove`.
2. A `Task` is frozen. A move returns the next task, the event that tells of it, and the
   outbox rows that must be stored with it. Nobody mutates, sends or logs here.
3. `attempt` only ever grows and fences every write of a worker; `charged` counts the attempts
   that weigh against the limit. Times are unix seconds of the ledger's clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from domain.model.json_value import Json
from domain.model.request import TaskRequest
from domain.model.url_policy import host_of
from domain.model.webhook import ENDS, Delivery, EventType, new_delivery


class TaskStatus(StrEnum):
    PENDING = "PENDING"
    STARTED = "STARTED"
    RETRY = "RETRY"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class Move(StrEnum):
    CLAIM = "claim"
    SUCCEED = "succeed"
    FAIL = "fail"
    POSTPONE = "postpone"
    HAND_BACK = "hand_back"
    CANCEL = "cancel"
    EXPIRE = "expire"


PENDING, STARTED, RETRY, SUCCESS, FAILURE, CANCELED, EXPIRED = TaskStatus
WAITING = frozenset({PENDING, RETRY})
TERMINAL = frozenset({SUCCESS, FAILURE, CANCELED, EXPIRED})

TABLE: Mapping[tuple[TaskStatus, Move], TaskStatus] = {
    (PENDING, Move.CLAIM): STARTED,
    (RETRY, Move.CLAIM): STARTED,
    (STARTED, Move.SUCCEED): SUCCESS,
    (STARTED, Move.FAIL): FAILURE,
    (STARTED, Move.POSTPONE): RETRY,
    (STARTED, Move.HAND_BACK): PENDING,
    (PENDING, Move.CANCEL): CANCELED,
    (RETRY, Move.CANCEL): CANCELED,
    (STARTED, Move.CANCEL): CANCELED,
    (PENDING, Move.EXPIRE): EXPIRED,
    (RETRY, Move.EXPIRE): EXPIRED,
}
EVENTS = dict(zip((SUCCESS, FAILURE, CANCELED, EXPIRED), ENDS, strict=True))


HISTORY = 16
"""Moves a row remembers. More are made only by a task that is handed back again and again."""


class IllegalMove(Exception):
    """This move does not leave from this state."""


class StaleAttempt(Exception):
    """The attempt that writes is no longer the task's current one."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a task stood once it was stored as `revision`: what whoever follows it wants to know."""

    revision: int
    status: TaskStatus
    attempt: int = 0
    progress: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds by stage. `prepare_ms` includes fetch and decode; the three classic stages
    (prepare, infer, upload) therefore add up without `fetch_ms` and `encode_ms`."""

    queue_ms: int = 0
    fetch_ms: int = 0
    prepare_ms: int = 0
    infer_ms: int = 0
    encode_ms: int = 0
    upload_ms: int = 0
    total_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherPicture:
    """One that a model made beside its main result, of its type. `size`: (width, height) px."""

    bytes: int
    sha256: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where the result lies and how to check it. `size`: (width, height) px, None without one.
    `further`: pictures beside the main one, by their keys, in the order in which they were made."""

    key: str
    content_type: str
    bytes: int
    sha256: str
    size: tuple[int, int] | None = None
    thumbnail_key: str | None = None
    further: Mapping[str, FurtherPicture] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the last attempt did not succeed; final once the task is FAILURE."""

    code: str
    message: str
    retryable: bool
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of the ledger. `revision` grows with every stored change (compare-and-set).
    `key_id`: which key submitted it, for its usage.
    `custom_id`: the client's name for it within its batch.
    `alone`: an attempt took its process or its device along, so no other shares a batch with it.
    `progress` never goes back, not even when another attempt starts over. `history`: its last
    moves, oldest first. `trace`: W3C trace context headers of the submit."""

    task_id: str
    tenant: str
    request: TaskRequest
    fingerprint: str
    created_at: float
    status: TaskStatus = PENDING
    revision: int = 1
    attempt: int = 0
    charged: int = 0
    worker: str | None = None
    device: str | None = None
    progress: int = 0
    cancel_requested: bool = False
    alone: bool = False
    published_at: float | None = None
    not_before: float | None = None
    start_by: float | None = None
    started_at: float | None = None
    lease_until: float | None = None
    run_until: float | None = None
    finished_at: float | None = None
    purge_at: float | None = None
    erased_at: float | None = None
    forget_at: float | None = None
    timing: Timing = Timing()
    result: Result | None = None
    error: Failure | None = None
    warnings: Sequence[str] = ()
    history: Sequence[Change] = ()
    retry_of: str | None = None
    key_id: str | None = None
    batch_id: str | None = None
    custom_id: str | None = None
    request_id: str | None = None
    trace: Mapping[str, str] = field(default_factory=dict)

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def change(self) -> Change:
        return Change(self.revision, self.status, self.attempt, self.progress)


@dataclass(frozen=True, slots=True)
class TaskMoved:
    """A task went from `before` to `task.status` by `move` at time `at`. `lapsed`: because its
    worker did not renew the lease."""

    task: Task
    move: Move
    before: TaskStatus
    at: float
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """What to store, `task` and `outbox` together, and then tell: nothing, for a mere note."""

    task: Task
    event: TaskMoved | None
    outbox: tuple[Delivery, ...] = ()


def move(task: Task, by: Move, at: float, *, lapsed: bool = False, **changes: Any) -> Moved:
    """`task` after the move `by`, or `IllegalMove`. Every move of every kind goes through here."""
    status = TABLE.get((task.status, by))
    if status is None:
        raise IllegalMove(f"{task.status} does not {by}")
    moved = replace(task, status=status, revision=task.revision + 1, **changes)
    after = replace(moved, history=(*task.history, moved.change)[-HISTORY:])
    return Moved(after, TaskMoved(after, by, task.status, at, lapsed), _outbox(after, by, at))


def note(task: Task, **changes: Any) -> Task:
    """`task` with facts noted that are no move: a renewed lease, progress, a publish."""
    return replace(task, revision=task.revision + 1, **changes)


def as_it_began(task: Task, at: float) -> Task:
    """`task` as its first start left it, `at` that moment, whatever became of it since."""
    waited = Timing(queue_ms=round(1000 * max(0.0, at - task.created_at)))
    return replace(
        task, status=STARTED, attempt=1, progress=0, started_at=at, finished_at=None, result=None,
        error=None, warnings=(), timing=waited,
    )  # fmt: skip


def _outbox(task: Task, by: Move, at: float) -> tuple[Delivery, ...]:
    url, kind = task.request.callback_url, _told(task, by)
    if url is None or kind is None or kind not in (task.request.webhook_events or ENDS):
        return ()
    return (new_delivery(task.task_id, task.tenant, url, host_of(url), kind, at, task.task_id),)


def _told(task: Task, by: Move) -> EventType | None:
    """Of several starts the first is told: which attempt it is says nothing to a receiver."""
    if by is Move.CLAIM and task.attempt == 1:
        return EventType.STARTED
    return EVENTS.get(task.status)
