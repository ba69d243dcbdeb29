"""What keys used, in SQL. Who calls a function that writes has begun an IMMEDIATE transaction."""

from collections.abc import Sequence
from sqlite3 import Connection

from domain.model.task import Task
from domain.model.usage import KEPT_DAYS, DayUsage, Usage, day_of, last_days, used_by_ending

ADD = """
INSERT INTO usage (key_id, day, tasks, gpu_ms, bytes) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET tasks = tasks + excluded.tasks, gpu_ms = gpu_ms + excluded.gpu_ms,
    bytes = bytes + excluded.bytes"""
FORGET = "DELETE FROM usage WHERE day < ?"
READ = """
SELECT day, tasks, gpu_ms, bytes FROM usage WHERE key_id = ? AND day BETWEEN ? AND ? ORDER BY day"""


def accepted(db: Connection, task: Task) -> None:
    if task.key_id is not None:
        db.execute(FORGET, (last_days(task.created_at, KEPT_DAYS)[0],))
        db.execute(ADD, (task.key_id, day_of(task.created_at), 1, 0, 0))


def ended(db: Connection, task: Task) -> None:
    used = used_by_ending(task)
    if used is not None:
        db.execute(ADD, (task.key_id, used.day, 0, used.used.gpu_ms, used.used.bytes))


def read(db: Connection, key_id: str, days: Sequence[str]) -> Sequence[DayUsage]:
    rows = db.execute(READ, (key_id, min(days), max(days)))
    found = {
        day: Usage(tasks=tasks, gpu_ms=gpu_ms, bytes=count) for day, tasks, gpu_ms, count in rows
    }
    return [DayUsage(day, found[day]) for day in days if day in found]
