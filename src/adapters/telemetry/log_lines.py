"""What the log says of each fact: how severe, its name, its fields."""

from dataclasses import asdict
from dataclasses import fields as fields_of
from typing import Any, Literal, assert_never

from domain.model.events import (
    AttemptFailed,
    BatchRan,
    Event,
    LoopFailed,
    MessageParked,
    ModelLoaded,
    ModelNotLoaded,
    ModelsNotReloaded,
    ModelsReloaded,
    PublishFailed,
    RequestServed,
    StaleWriteRefused,
    StreamClosed,
    StreamOpened,
    UnknownWakeup,
    WebhookTried,
)
from domain.model.task import Move, TaskMoved, Timing
from domain.model.webhook import Outcome

Level = Literal["debug", "info", "warning", "error"]
Line = tuple[Level, str, dict[str, Any]]

QUIET_ROUTES = ("/health", "/metrics")
"""Asked every few seconds by machines: worth a line only to whoever debugs them."""

TIMES = tuple(each.name for each in fields_of(Timing))

MOVES: dict[Move, tuple[Level, str]] = {
    Move.CLAIM: ("info", "task_started"),
    Move.SUCCEED: ("info", "task_succeeded"),
    Move.FAIL: ("warning", "task_failed"),
    Move.POSTPONE: ("warning", "task_postponed"),
    Move.HAND_BACK: ("info", "task_handed_back"),
    Move.CANCEL: ("info", "task_canceled"),
    Move.EXPIRE: ("warning", "task_expired"),
}

FACTS: dict[type, tuple[Level, str]] = {
    StaleWriteRefused: ("warning", "stale_write_refused"),
    UnknownWakeup: ("warning", "unknown_wakeup"),
    PublishFailed: ("warning", "publish_failed"),
    LoopFailed: ("error", "loop_failed"),
    AttemptFailed: ("error", "attempt_failed"),
    MessageParked: ("warning", "message_parked"),
    BatchRan: ("debug", "batch_ran"),
    ModelLoaded: ("info", "model_loaded"),
    ModelsReloaded: ("info", "models_reloaded"),
    ModelsNotReloaded: ("error", "models_not_reloaded"),
    ModelNotLoaded: ("error", "model_not_loaded"),
}
"""Events whose fields are all there is to say."""


def line_of(event: Event) -> Line:
    """Severity, name and fields; a field may be None, and its text may be anything."""
    match event:
        case TaskMoved():
            return (*MOVES[event.move], _moved(event))
        case RequestServed():
            return _served(event)
        case StreamOpened():
            return "debug", "stream_opened", {}
        case StreamClosed():
            return "debug", "stream_closed", {}
        case (
            StaleWriteRefused() | UnknownWakeup() | PublishFailed() | LoopFailed()
            | AttemptFailed() | MessageParked() | BatchRan() | ModelLoaded()
            | ModelsReloaded() | ModelsNotReloaded() | ModelNotLoaded()
        ):  # fmt: skip
            return (*FACTS[type(event)], asdict(event))
        case WebhookTried():
            return _webhook(event)
        case _:
            assert_never(event)


def _served(event: RequestServed) -> Line:
    quiet = event.route.startswith(QUIET_ROUTES)
    level: Level = "warning" if event.status >= 500 else "debug" if quiet else "info"
    fields = {
        "method": event.method,
        "route": event.route,
        "status": event.status,
        "duration_ms": round(1000 * event.duration_s, 1),
        "request_id": event.request_id,
        "tenant": event.tenant,
    }
    return level, "request_served", fields


def _webhook(event: WebhookTried) -> Line:
    """Not the address: it may hold a secret of the receiver's."""
    sent = event.delivery
    level: Level = "info" if sent.outcome is Outcome.DELIVERED else "warning"
    fields = {
        "webhook_id": sent.delivery_id,
        "task_id": sent.task_id,
        "tenant": sent.tenant,
        "type": sent.type,
        "host": sent.host,
        "outcome": sent.outcome.value,
        "tries": sent.tries,
        "status": sent.status,
        "error": sent.error,
        "duration_ms": round(1000 * event.took_s, 1),
    }
    return level, "webhook_tried", fields


def _moved(event: TaskMoved) -> dict[str, Any]:
    task = event.task
    fields = {
        "task_id": task.task_id,
        "request_id": task.request_id,
        "tenant": task.tenant,
        "model": task.request.model,
        "priority": task.request.priority.value,
        "status": task.status.value,
        "before": event.before.value,
        "attempt": task.attempt,
        "charged": task.charged,
        "worker": task.worker,
        "device": task.device,
        "lapsed": event.lapsed or None,
        "batch_id": task.batch_id,
        "trace_id": task.trace.get("traceparent", "")[3:35] or None,
    }
    return fields | _how(event)


def _how(event: TaskMoved) -> dict[str, Any]:
    """What is worth knowing of this kind of move only."""
    task, fields = event.task, dict[str, Any]()
    if event.move is Move.CLAIM:
        fields["queue_ms"] = task.timing.queue_ms
    elif event.move is Move.SUCCEED:
        fields |= {name: getattr(task.timing, name) for name in TIMES}
    elif task.terminal:
        fields["total_ms"] = task.timing.total_ms
    if event.move is Move.POSTPONE and task.not_before is not None:
        fields["delay_s"] = round(task.not_before - event.at, 3)
    if event.move in {Move.FAIL, Move.POSTPONE} and task.error is not None:
        fields |= {"error": task.error.code, "message": task.error.message}
    return fields
