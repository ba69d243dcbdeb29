"""What is left of a task that ended: a file, a document, or the reason why not."""

import json

from darkroom.client import Darkroom, Task
from entrypoints.cli.destination import Destination
from entrypoints.cli.faults import ExitStatus, Fault, remedy_of
from entrypoints.cli.streams import note, put, put_json


def deliver(
    darkroom: Darkroom, task: Task, destination: Destination, *, as_json: bool, quiet: bool
) -> None:
    """Write the result and say where: the path, its size, the seconds and the task on stdout.
    A result without a picture goes to stdout itself, unless a file was asked for. Raises `Fault`
    for a task that did not succeed."""
    if task["status"] != "SUCCESS":
        raise failed(task)
    result = task["result"]
    is_picture = result["content_type"].startswith("image/")
    if not is_picture and not destination.asked:
        put_json(task if as_json else result["data"])
        return
    data = darkroom.result(task["task_id"]) if is_picture else _document(task)
    destination.write(data)
    for warning in () if quiet else task["warnings"]:
        note(f"warning: {warning}")
    if as_json:
        put_json({"path": str(destination.path), **task})
    else:
        put(summary(destination, task, len(data)))


def summary(destination: Destination, task: Task, size_bytes: int) -> str:
    """`big.png  2048x1365  3145728 bytes  4.2 s  <task id>`"""
    size = task["result"]["size"]
    seconds = task["timing"]["total_ms"] / 1000
    pixels = [f"{size[0]}x{size[1]}"] if size else []
    return "  ".join(
        [str(destination.path), *pixels, f"{size_bytes} bytes", f"{seconds:.1f} s", task["task_id"]]
    )


def _document(task: Task) -> bytes:
    return (json.dumps(task["result"]["data"], indent=2, ensure_ascii=False) + "\n").encode()


def failed(task: Task) -> Fault:
    error = task["error"] or {}
    code = error.get("code", task["status"].lower())
    return Fault(
        ExitStatus.TASK_FAILED, f"{task['model']} did not finish: {code}",
        why=error.get("message") or f"the task is {task['status']}",
        fix=remedy_of(code) if error else "submit it again",
        more=f"darkroom tasks get {task['task_id']}",
    )  # fmt: skip
