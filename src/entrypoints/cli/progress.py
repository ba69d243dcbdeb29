"""A bar for one task, where somebody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from darkroom.client import Task
from entrypoints.cli.streams import person

STAGES = {
    "PENDING": "waiting",
    "STARTED": "running",
    "RETRY": "waiting to try again",
    "SUCCESS": "done",
    "FAILURE": "failed",
    "CANCELED": "canceled",
    "EXPIRED": "expired",
}


@contextmanager
def watched(title: str, *, quiet: bool) -> Iterator[Callable[[Task], None] | None]:
    """Something to show each state of the task to, or None where nobody would see it."""
    console = person()
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(title, total=100)
        yield lambda task: progress.update(
            bar, completed=task["progress"], description=f"{title}  {stage(task)}"
        )


def stage(task: Task) -> str:
    """What the task is at, and how many are before it and for how long, where that is known."""
    place, wait_s = task.get("queue_position"), task.get("estimated_start_s")
    before = f", {place} before it" if place else ""
    return STAGES[task["status"]] + before + (f", about {wait_s} s" if wait_s else "")
