"""A task as ImageGenX shows it over HTTP."""

from starlette.requests import Request

from domain.model.task import Task
from entrypoints.http.gateway import Gateway
from entrypoints.http.imagegenx.documents import PictureData, TaskData
from entrypoints.http.task_view import base_url, link, links_end_at
from entrypoints.imagegenx.view import (
    failure_of,
    format_of,
    links_of,
    progress_of,
    resolution_of,
    state_of,
)


async def task_data(serves: Gateway, request: Request, task: Task) -> TaskData:
    ended = failure_of(task, serves.use_cases.fetch_result)
    return {
        "task_id": task.task_id,
        "status": state_of(task),
        "progress": progress_of(task),
        "result": await _picture(serves, request, task),
        "error_code": ended.error_code,
        "error_msg": ended.error_msg,
    }


async def _picture(serves: Gateway, request: Request, task: Task) -> PictureData | None:
    if (result := task.result) is None:
        return None
    ends_at = links_end_at(serves, task)
    links = await links_of(
        result,
        lambda key: link(serves, request, key, ends_at),
        fallback=f"{base_url(request)}/v1/tasks/{task.task_id}/result",
    )
    return {
        "original_url": links.original_url,
        "thumb_url": links.thumb_url,
        "resolution": resolution_of(result),
        "format": format_of(result),
        "size": result.bytes,
    }
