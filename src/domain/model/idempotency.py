"""Recognising a request that was made before."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from domain.model.codec import request_to_json
from domain.model.json_value import Json
from domain.model.request import TaskRequest
from domain.model.task import Task, TaskStatus

FAILED = frozenset({TaskStatus.FAILURE, TaskStatus.CANCELED, TaskStatus.EXPIRED})
NUMBERED = ("params", "output", "metadata")
"""The fields in which floats occur."""

_spelt = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class KeyKind(StrEnum):
    CLIENT = "client"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The name under which a task is found again: unique per (tenant, kind, value)."""

    tenant: str
    kind: KeyKind
    value: str
    ttl_s: float

    def answered_by(self, task: Task, now: float) -> bool:
        """Whether `task`, found under this key, still answers for it.

        A client's key stands for its ttl and for the life of its task, whichever is longer. A
        signature stands for its window only, and never for a task that failed or was erased.
        """
        fresh = now < task.created_at + self.ttl_s
        if self.kind is KeyKind.CLIENT:
            return fresh or task.erased_at is None
        return fresh and task.erased_at is None and task.status not in FAILED


def client_key(tenant: str, client_request_id: str, ttl_s: float) -> IdempotencyKey:
    return IdempotencyKey(tenant, KeyKind.CLIENT, client_request_id, ttl_s)


def signature_key(tenant: str, fingerprint: str, window_s: float) -> IdempotencyKey:
    return IdempotencyKey(tenant, KeyKind.SIGNATURE, fingerprint, window_s)


def fingerprint(request: TaskRequest) -> str:
    """SHA-256 over everything the client sent except its id, in canonical form.

    Defaults are already filled in, inline pictures stand by their digest, keys are sorted and
    whole floats are written as integers (RFC 8785), so that spelling does not matter.
    """
    body = request_to_json(request) | {"client_request_id": None}
    body["pictures"] = {
        role: {"url": source.url, "sha256": source.sha256}
        for role, source in request.pictures.items()
    }
    if request.webhook_events is None:  # releases that did not know the field left it out
        del body["webhook_events"]
    for name in NUMBERED:
        body[name] = _canonical(body[name])
    return hashlib.sha256(_spelt(body).encode()).hexdigest()


def _canonical(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
