"""How much is waiting."""

from fastapi import APIRouter
from starlette.responses import Response

from domain.model.priority import Priority
from entrypoints.http.answers import json_answer
from entrypoints.http.caller import Reader, Serves
from entrypoints.http.documents import QueuesDocument

router = APIRouter(tags=["queues"])


@router.get(
    "/v1/queues",
    summary="Read how many tasks wait, by priority",
    responses={200: {"model": QueuesDocument, "description": "Highest priority first."}},
)
async def queues(caller: Reader, serves: Serves) -> Response:
    backlog = await serves.backlog()
    content: QueuesDocument = {
        "data": [
            {
                "priority": tier.value,
                "depth": backlog[tier].depth,
                "oldest_wait_s": round(backlog[tier].oldest_wait_s, 1),
            }
            for tier in Priority
        ]
    }
    return json_answer(content)
