"""`darkroom tasks`: what a server was asked to do."""

from typing import Annotated

import typer

from darkroom.client import Darkroom, Task
from entrypoints.cli.outcome import failed
from entrypoints.cli.progress import stage, watched
from entrypoints.cli.service import required_service
from entrypoints.cli.streams import note, put, put_columns, put_json, put_json_line

app = typer.Typer(help="List, show, watch and cancel tasks of a server.", no_args_is_help=True)

TaskId = Annotated[str, typer.Argument(help="As `darkroom tasks ls` shows it.")]


@app.command("ls")
def list_tasks(
    status: Annotated[str | None, typer.Option(help="SUCCESS, FAILURE, PENDING, …")] = None,
    model: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Own tasks, newest first."""
    asked = {"status": status and status.upper(), "model": model, "cursor": cursor}
    query = {name: value for name, value in asked.items() if value}
    with required_service().client() as darkroom:
        page = darkroom.tasks(limit=limit, **query)
    if as_json:
        put_json(page)
        return
    rows = [
        (task["task_id"], task["status"], f"{task['progress']}%", task["model"], task["created_at"])
        for task in page["data"]
    ]
    put_columns(("TASK", "STATUS", "DONE", "MODEL", "CREATED"), rows)
    if page["has_more"]:
        note(f"more: darkroom tasks ls --cursor {page['next_cursor']}")


@app.command("get")
def get_task(task_id: TaskId) -> None:
    """One task, as JSON."""
    with required_service().client() as darkroom:
        put_json(darkroom.get(task_id))


@app.command("watch")
def watch_task(
    task_id: TaskId,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")] = False,
) -> None:
    """Follow a task to its end; the exit status is 1 where it did not succeed."""
    with required_service().client() as darkroom:
        task = _followed(darkroom, task_id, as_json)
    if task["status"] != "SUCCESS":
        raise failed(task)
    if not as_json:
        put(f"{task['task_id']}  {task['status']}")


def _followed(darkroom: Darkroom, task_id: str, as_json: bool) -> Task:
    """The task once it has ended."""
    task = darkroom.get(task_id)
    with watched(task["model"], quiet=as_json) as show:
        for event in darkroom.follow(task_id):
            task |= event.data
            if as_json:
                put_json_line({"event": event.kind, "id": event.id, "data": event.data})
            elif show:
                show(task)
            else:
                note(f"{stage(task)}  {task['progress']}%")
    return task


@app.command("cancel")
def cancel_task(task_id: TaskId) -> None:
    """Ask for a task's end; a running one stops at its next step."""
    with required_service().client() as darkroom:
        task = darkroom.cancel(task_id)
    put(f"{task['task_id']}  {task['status']}")
