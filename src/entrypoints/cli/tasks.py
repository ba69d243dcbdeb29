"""`darkroom tasks`: what a server was asked to do."""

from typing import Annotated

import typer

from entrypoints.cli.service import required_service
from entrypoints.cli.streams import note, put, put_columns, put_json

app = typer.Typer(help="List, show and cancel tasks of a server.", no_args_is_help=True)

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


@app.command("cancel")
def cancel_task(task_id: TaskId) -> None:
    """Ask for a task's end; a running one stops at its next step."""
    with required_service().client() as darkroom:
        task = darkroom.cancel(task_id)
    put(f"{task['task_id']}  {task['status']}")
