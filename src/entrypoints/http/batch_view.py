"""A batch as its JSON document."""

from dataclasses import asdict
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from domain.model.batch import Batch
from entrypoints.http.answers import json_answer
from entrypoints.http.batch_documents import BatchCountsDocument, BatchDocument
from entrypoints.http.task_view import POLL_AFTER_S, base_url, rfc3339


def batch_answer(
    request: Request,
    batch: Batch,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **more: object,
) -> Response:
    """The batch, with `Retry-After` as long as not all of it has ended, and what else is known."""
    pending = {} if batch.ended else {"retry-after": str(POLL_AFTER_S)}
    document = {**batch_document(request, batch), **more}
    return json_answer(document, status, pending | (headers or {}))


def batch_document(request: Request, batch: Batch) -> BatchDocument:
    own = f"{base_url(request)}/v1/batches/{batch.batch_id}"
    counts = {"total": batch.counts.total, **asdict(batch.counts)}
    return {
        "batch_id": batch.batch_id,
        "counts": cast(BatchCountsDocument, counts),
        "progress": batch.counts.progress,
        "created_at": rfc3339(batch.created_at),
        "finished_at": None if batch.finished_at is None else rfc3339(batch.finished_at),
        "urls": {
            "self": own,
            "cancel": f"{own}/cancel",
            "tasks": f"{base_url(request)}/v1/tasks?batch_id={batch.batch_id}",
        },
    }


def batch_path(request: Request, batch_id: str) -> str:
    """For `Location`: relative to the host, so that no proxy's name can be wrong in it."""
    root: str = request.scope.get("root_path", "")
    return f"{root.rstrip('/')}/v1/batches/{batch_id}"
