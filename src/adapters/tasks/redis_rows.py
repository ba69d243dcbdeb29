"""What the scripts of the Redis ledger are told of a task, and their answers as tasks. The rules
are the domain's; this file only spells."""

import json
from collections.abc import Iterable
from math import ceil
from typing import Any
from urllib.parse import quote, unquote

from adapters.compact_json import compact_json
from domain.model.batch import Batch, outcome_of
from domain.model.codec import task_from_json, task_to_json
from domain.model.due import Due, due_times
from domain.model.errors import StorageUnavailable
from domain.model.idempotency import IdempotencyKey, KeyKind
from domain.model.priority import Priority
from domain.model.task import Task, TaskStatus
from domain.model.turns import tier_of
from ports.task_store import TaskQuery

LONGEST_S = 10 * 365 * 86_400.0
"""Redis counts the milliseconds of a longer wait wrongly, and nobody waits for it."""

OUTCOMES = {status.value: outcome_of(status).value for status in TaskStatus}
KINDS = tuple((kind.value, kind) for kind in Due)


def row(task: Task, now: float) -> dict[str, Any]:
    """The fields of `task`, its places in the indexes, and when it fades."""
    fields = {
        "id": task.task_id, "body": compact_json(task_to_json(task)), "revision": task.revision,
        "status": task.status.value, "attempt": task.attempt, "progress": str(task.progress),
        "model": task.request.model,
        "created_at": repr(task.created_at), "places": compact_json(_places(task)).decode(),
        "line": _line(task), "times": _times(task), "forget_at": "",
    }  # fmt: skip
    if task.forget_at is not None:
        fields |= {"forget_at": repr(task.forget_at), "forget_in_ms": ms(task.forget_at - now)}
    return fields


def inserted(task: Task, now: float) -> dict[str, Any]:
    """As `row`, for a script that stores several."""
    fields = row(task, now)
    return fields | {"body": fields["body"].decode()}


def counted(task: Task) -> dict[str, Any]:
    """In which batch it counts, and by which outcome each status does."""
    if task.batch_id is None:
        return {}
    return {"batch": quoted(task.batch_id), "outcomes": OUTCOMES}


def key_name(key: IdempotencyKey) -> str:
    return f"key:{key.kind.value}:{quoted(key.tenant)}:{quoted(key.value)}"


def batch_keys(prefix: str, batch: Batch) -> list[str]:
    """The idempotency key of `batch`, if it has one."""
    name = batch.client_request_id
    return [] if name is None else [f"{prefix}key:batch:{quoted(batch.tenant)}:{quoted(name)}"]


def key_ms(key: IdempotencyKey, task: Task, now: float) -> int | None:
    """How long `key` stands at most, in ms. A client's stands as long as its task: None."""
    return None if key.kind is KeyKind.CLIENT else ms(task.created_at + key.ttl_s - now)


def list_name(query: TaskQuery) -> str:
    return _place(query.tenant, query.batch_id)


def asked(query: TaskQuery) -> dict[str, Any]:
    """The filters of `query` that are left once its list is chosen."""
    after = query.created_after
    return {
        "status": query.status and query.status.value,
        "model": query.model,
        "created_after": None if after is None else repr(after),
    }


def tasks(bodies: Iterable[bytes]) -> tuple[Task, ...]:
    """Raises `StorageUnavailable` for a damaged row."""
    try:
        return tuple(task_from_json(json.loads(body)) for body in bodies)
    except ValueError as error:
        raise StorageUnavailable from error


def ms(seconds: float) -> int:
    """Rounded up, so that nothing fades early; at least 1."""
    return ceil(min(max(seconds, 0.001), LONGEST_S) * 1000)


def line_of(tier: Priority, tenant: str) -> str:
    return f"{tier.value}:{quoted(tenant)}"


def _line(task: Task) -> str:
    tier = tier_of(task)
    return "" if tier is None else line_of(tier, task.tenant)


def _times(task: Task) -> dict[str, str]:
    times = due_times(task)
    return {name: repr(times[kind]) if kind in times else "" for name, kind in KINDS}


def _places(task: Task) -> list[str]:
    if task.erased_at is not None:
        return []
    own = _place(task.tenant, None)
    return [own] if task.batch_id is None else [own, _place(task.tenant, task.batch_id)]


def _place(tenant: str, batch_id: str | None) -> str:
    name = quoted(tenant)
    return f"tenant:{name}" if batch_id is None else f"batch:{name}:{quoted(batch_id)}"


def quoted(part: str) -> str:
    """`part` without a colon in it, so that no two names made of parts are alike."""
    return quote(part, safe="", errors="surrogatepass")


def unquoted(part: str) -> str:
    return unquote(part, errors="surrogatepass")
