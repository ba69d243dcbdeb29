"""Following a task by the server's events, over as many connections as it takes."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from darkroom.problem import UNREACHABLE, DarkroomProblem
from darkroom.transport import Transport

PAUSES_S = (0.1, 0.4, 1.0, 2.0, 4.0, 8.0)
"""Before each try to take up again a stream that broke."""


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """`kind`: `status` and `progress` have `{task_id, status, attempt, progress}` as their `data`,
    `done` the task, and so has `resync`: what was told before counts no longer. `id` goes back to
    the server as the last one seen."""

    kind: str
    data: dict[str, Any]
    id: str


def follow(http: Transport, task_id: str, after: str | None) -> Iterator[TaskEvent]:
    """The events after `after`, to the end. Raises `DarkroomProblem`."""
    pauses_s = iter(PAUSES_S)
    while True:
        problem = DarkroomProblem(UNREACHABLE, "The events ended before the task.", retryable=True)
        try:
            with http.events(f"/v1/tasks/{task_id}/events", after) as told:
                if told is None:
                    return
                for each in told:
                    pauses_s, after = iter(PAUSES_S), each.id
                    yield TaskEvent(each.event, json.loads(each.data), each.id)
                    if each.event == "done":
                        return
        except DarkroomProblem as error:
            problem = error
        pause_s = next(pauses_s, None) if problem.retryable else None
        if pause_s is None:
            raise problem
        time.sleep(pause_s)
