"""Webhooks: what is told to an address of the caller's, and when it is tried again.

House rules of this file:
1. A `Delivery` is a row of the ledger's own database, stored in one step with the move it tells
   of. Nobody sends here: a try is a lease before it and its outcome after it, each a
   compare-and-set on `revision`.
2. `delivery_id` is the `webhook-id` of every try, and no full stop is in it: a signature joins
   its parts by those.
3. `next_at` says from when it may be tried. While a try is under way that is the end of its
   lease, so that a sender that dies delays its delivery and loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

KEPT_S = 14 * 86_400.0
LONGEST_SCHEDULE_S = KEPT_S / 2
LONGEST_WAIT_S = 86_400.0
"""As far as a receiver's Retry-After is believed."""

DONE = range(200, 300)
GONE = 410
SLOW_DOWN = frozenset({429, 502, 503, 504})
MAX_ERROR_CHARS = 200


class EventType(StrEnum):
    STARTED = "task.started"
    SUCCEEDED = "task.succeeded"
    FAILED = "task.failed"
    CANCELED = "task.canceled"
    EXPIRED = "task.expired"
    BATCH_COMPLETED = "batch.completed"
    PING = "webhook.ping"


ENDS = (EventType.SUCCEEDED, EventType.FAILED, EventType.CANCELED, EventType.EXPIRED)
"""What a caller is told who does not choose."""
CHOOSABLE = (EventType.STARTED, *ENDS)


class Outcome(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    STOPPED = "stopped"
    """The receiver answered 410, or what it tells of was deleted."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose deliveries to which host: what shares its luck, and its turn."""

    tenant: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`tries` that were made and recorded; `status` and `error` of the last one. `once`: it is not
    tried again."""

    delivery_id: str
    tenant: str
    url: str
    host: str
    type: str
    created_at: float
    forget_at: float
    task_id: str | None = None
    batch_id: str | None = None
    revision: int = 1
    outcome: Outcome = Outcome.PENDING
    tries: int = 0
    next_at: float | None = None
    leased_until: float | None = None
    tried_at: float | None = None
    status: int | None = None
    error: str | None = None
    once: bool = False

    @property
    def lane(self) -> Lane:
        return Lane(self.tenant, self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """`schedule_s`: the wait before each try, counted from the one before; up to `jitter` of itself
    is added, so that what failed together does not come back together. A try takes at most
    `timeout_s`; `at_once` of them go to one host."""

    schedule_s: Sequence[float] = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 86_400)
    jitter: float = 0.2
    timeout_s: float = 15.0
    at_once: int = 4

    @property
    def lease_s(self) -> float:
        """Longer than a try and the writing down of its outcome."""
        return self.timeout_s + 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: the receiver's `status`, or why there is none."""

    status: int | None = None
    error: str | None = None
    retry_after_s: float | None = None

    @property
    def done(self) -> bool:
        return self.status is not None and self.status in DONE

    @property
    def healthy(self) -> bool:
        """Whether somebody is there who can take more."""
        return self.status is not None and self.status not in SLOW_DOWN


def new_delivery(
    name: str, tenant: str, url: str, host: str, kind: EventType, at: float,
    task_id: str | None = None, *, batch_id: str | None = None, once: bool = False,
) -> Delivery:  # fmt: skip
    """Due at once. `name`: unique for the kind, and rising with time: deliveries sort by it."""
    return Delivery(
        delivery_id=f"msg_{name}_{kind.rpartition('.')[2]}", tenant=tenant, url=url, host=host,
        type=kind.value, created_at=at, forget_at=at + KEPT_S, task_id=task_id, next_at=at,
        batch_id=batch_id, once=once,
    )  # fmt: skip


def leased(delivery: Delivery, now: float, policy: WebhookPolicy) -> Delivery:
    """A try is about to be made. Nobody else makes one before the lease is over."""
    until = now + policy.lease_s
    return _next(delivery, next_at=until, leased_until=until)


def tried(
    delivery: Delivery, answer: Answer, now: float, policy: WebhookPolicy, draw: float
) -> Delivery:
    """What becomes of it after a try: done, over, or tried again later."""
    tries = delivery.tries + 1
    after = _next(
        delivery, tries=tries, leased_until=None, tried_at=now, status=answer.status,
        error=None if answer.done else _reason(answer),
    )  # fmt: skip
    if answer.done:
        return _over(after, Outcome.DELIVERED)
    if answer.status == GONE:
        return _over(after, Outcome.STOPPED)
    if delivery.once or tries >= len(policy.schedule_s):
        return _over(after, Outcome.FAILED)
    wait_s = policy.schedule_s[tries] * (1 + policy.jitter * draw)
    wait_s = max(wait_s, min(answer.retry_after_s or 0.0, LONGEST_WAIT_S))
    return replace(after, next_at=now + wait_s)


def stopped(delivery: Delivery, why: str) -> Delivery:
    """There is nothing left to tell."""
    return _over(_next(delivery, leased_until=None, error=why), Outcome.STOPPED)


def redelivered(delivery: Delivery, now: float) -> Delivery:
    """Due at once, and for the whole schedule, whatever became of it before."""
    return _next(
        delivery, outcome=Outcome.PENDING, tries=0, next_at=now, leased_until=None,
        status=None, error=None, forget_at=now + KEPT_S,
    )  # fmt: skip


def _over(delivery: Delivery, outcome: Outcome) -> Delivery:
    return replace(delivery, outcome=outcome, next_at=None)


def _next(delivery: Delivery, **changes: object) -> Delivery:
    return replace(delivery, revision=delivery.revision + 1, **changes)  # type: ignore[arg-type]


def _reason(answer: Answer) -> str:
    reason = answer.error or f"The receiver answered {answer.status}."
    return reason[:MAX_ERROR_CHARS]
