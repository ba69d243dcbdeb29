"""A task in the words of ImageGenX."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.model.batch import BatchCounts
from domain.model.errors import DarkroomError
from domain.model.task import Result, Task, TaskStatus
from domain.use_cases.fetch_result import FetchResult

STATES: Mapping[TaskStatus, str] = {
    TaskStatus.PENDING: "waiting",
    TaskStatus.RETRY: "waiting",
    TaskStatus.STARTED: "processing",
    TaskStatus.SUCCESS: "success",
    TaskStatus.FAILURE: "failed",
    TaskStatus.CANCELED: "failed",
    TaskStatus.EXPIRED: "failed",
}

Link = Callable[[str], Awaitable[str | None]]
"""An absolute address for a stored file; None where the storage can't link."""


@dataclass(frozen=True, slots=True)
class Ended:
    """`error_code` is of the catalogue; both are None where the task did not fail."""

    error_code: str | None = None
    error_msg: str | None = None


@dataclass(frozen=True, slots=True)
class PictureLinks:
    original_url: str
    thumb_url: str | None


def state_of(task: Task) -> str:
    return STATES[task.status]


def state_of_batch(counts: BatchCounts) -> str:
    """It failed only where nothing came of it."""
    if counts.pending:
        return "waiting" if counts.pending == counts.total else "processing"
    return "success" if counts.succeeded else "failed"


def progress_of(task: Task) -> int:
    """A failed task is through, too: clients wait for 100."""
    return 100 if task.terminal else task.progress


def failure_of(task: Task, fetch: FetchResult) -> Ended:
    """Why an ended task has no result."""
    if not task.terminal:
        return Ended()
    if task.error is not None and task.result is None:
        return Ended(task.error.code, task.error.message)
    try:
        fetch.of(task)
    except DarkroomError as error:
        return Ended(error.code, error.detail)
    return Ended()


async def links_of(result: Result, link: Link, fallback: str) -> PictureLinks:
    """`fallback`: where the file is, for who has a key."""
    thumbnail = result.thumbnail_key
    return PictureLinks(
        original_url=await link(result.key) or fallback,
        thumb_url=await link(thumbnail) if thumbnail else None,
    )


def resolution_of(result: Result) -> str | None:
    return f"{result.size[0]}x{result.size[1]}" if result.size else None


def format_of(result: Result) -> str:
    """webp, png, jpeg, or json where a model makes no picture."""
    return result.content_type.rpartition("/")[2]
