"""API keys and what they used, as JSON documents."""

from domain.model.api_key import ApiKey
from domain.model.principal import Principal
from domain.model.usage import Usage
from domain.use_cases.read_usage import UsageReport
from entrypoints.http.key_documents import KeyDocument, UsageDocument, UsedDocument
from entrypoints.http.task_view import rfc3339


def key_document(key: ApiKey) -> KeyDocument:
    return {
        "key_id": key.key_id,
        "user_id": key.user_id,
        "tenant": key.tenant,
        "role": key.role.value,
        "scopes": list(key.scopes),
        "per_second": key.per_second,
        "per_minute": key.per_minute,
        "daily_tasks": key.daily_tasks,
        "created_at": rfc3339(key.created_at),
        "expires_at": rfc3339(key.expires_at),
        "revoked_at": None if key.revoked_at is None else rfc3339(key.revoked_at),
    }


def usage_document(caller: Principal, report: UsageReport) -> UsageDocument:
    return {
        "key_id": caller.key_id,
        "tenant": caller.tenant,
        "first_day": report.first_day,
        "last_day": report.last_day,
        "total": _used(report.total),
        "days": [{**_used(each.used), "day": each.day} for each in report.days],
    }


def _used(used: Usage) -> UsedDocument:
    return {"tasks": used.tasks, "gpu_seconds": used.gpu_ms / 1000, "bytes": used.bytes}
