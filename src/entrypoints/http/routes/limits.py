"""What limits apply to this key, and what is left. Asking costs nothing."""

from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from domain.model.picture import Format
from domain.model.quota import QuotaDecision
from domain.use_cases.admit_caller import Admission
from domain.use_cases.daily_tasks import DAY_S
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Holder, Serves
from entrypoints.http.limit_documents import BucketDocument, LimitsDocument

router = APIRouter(tags=["limits"])


@router.get(
    "/v1/limits",
    summary="Read one's limits",
    responses={200: {"model": LimitsDocument, "description": "The limits."}},
)
async def limits(caller: Holder, serves: Serves) -> Response:
    admit, ours = serves.use_cases.admit, serves.limits
    content: LimitsDocument = {
        "tenant": caller.tenant,
        "requests": {
            "write": _bucket(await admit.left(caller, writes=True)),
            "read": _bucket(await admit.left(caller, writes=False)),
            "per_second": caller.per_second,
        },
        "images": {
            "max_upload_bytes": ours.max_upload_bytes,
            "max_pixels": ours.images.max_pixels,
            "max_side_px": ours.images.max_side_px,
            "formats": list(get_args(Format)),
        },
        "max_body_bytes": ours.max_body_bytes,
        "daily_tasks": _daily(await serves.use_cases.daily_tasks.left(caller)),
        "max_queue_depth": ours.max_queue_depth,
        "max_queue_depth_per_tenant": ours.max_queue_depth_per_tenant,
        "url_ttl_s": ours.url_ttl_s,
        "result_ttl_s": ours.result_ttl_s,
        "idempotency_ttl_s": ours.idempotency_ttl_s,
    }
    return json_answer(content)


def _bucket(left: Admission) -> BucketDocument:
    return {
        "limit": left.quota.limit,
        "window_s": left.quota.window_s,
        "remaining": left.decision.remaining,
        "reset_s": left.decision.reset_s,
    }


def _daily(left: QuotaDecision | None) -> BucketDocument | None:
    if left is None:
        return None
    return {
        "limit": left.limit,
        "window_s": DAY_S,
        "remaining": left.remaining,
        "reset_s": left.reset_s,
    }
