"""A small synchronous client of the REST API."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from math import ceil
from types import TracebackType
from typing import Any, Self

import httpx2

from darkroom.following import TaskEvent, follow
from darkroom.inputs import Image, picture_field
from darkroom.problem import DarkroomProblem
from darkroom.transport import Transport

Task = dict[str, Any]
"""A task, as the API shows it."""

TERMINAL = frozenset({"SUCCESS", "FAILURE", "CANCELED", "EXPIRED"})
LONGEST_POLL_S = 30.0
WATCHED_POLL_S = 1.0


class Darkroom:
    """A server at `url`, for one key. Not for several threads at once. Every method raises
    `DarkroomProblem`; a connection that breaks is tried again first, which is safe, because
    every submit carries an idempotency key.

        with Darkroom("http://127.0.0.1:8000", key) as darkroom:
            task = darkroom.submit("superres-x4", image="photo.jpg")
            task = darkroom.wait(task["task_id"])
            picture = darkroom.result(task["task_id"])
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout_s: float = 30,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """`timeout_s`: how long the server may be silent, beyond what a call asks it to wait."""
        self._http = Transport(url, api_key, timeout_s, transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def submit(
        self,
        model: str,
        *,
        image: Image | None = None,
        mask: Image | None = None,
        control_image: Image | None = None,
        prompt: str | None = None,
        negative_prompt: str | None = None,
        params: Mapping[str, Any] | None = None,
        output: Mapping[str, Any] | None = None,
        priority: str = "normal",
        client_request_id: str | None = None,
        **fields: Any,
    ) -> Task:
        """Ask for work and return its task at once. Pictures are paths, bytes or addresses.
        `fields`: whatever else the API takes (`ttl_s`, `metadata`, …). Two submits with one
        `client_request_id` are one task; without one, each submit is its own."""
        pictures = {"image": image, "mask": mask, "control_image": control_image}
        texts = {"prompt": prompt, "negative_prompt": negative_prompt}
        inputs = {name: text for name, text in texts.items() if text is not None}
        for role, picture in pictures.items():
            inputs |= {} if picture is None else picture_field(role, picture)
        body = {
            "model": model, "input": inputs, "params": dict(params or {}),
            "output": dict(output or {}), "priority": priority,
            "client_request_id": client_request_id or uuid.uuid4().hex, **fields,
        }  # fmt: skip
        return self._http.json("POST", "/v1/tasks", json=body)

    def get(self, task_id: str, wait_s: float = 0) -> Task:
        """The task; with `wait_s` (whole seconds, at most 60), as soon as it has ended or after
        that long."""
        query = {"wait": ceil(wait_s)} if wait_s else {}
        return self._http.json("GET", f"/v1/tasks/{task_id}", params=query, patience_s=wait_s)

    def wait(
        self,
        task_id: str,
        timeout_s: float = 600,
        on_update: Callable[[Task], None] | None = None,
    ) -> Task:
        """The task once it has ended, however it ended; `on_update` sees it about every second.
        Raises `TimeoutError` after `timeout_s`; the task itself goes on."""
        until_s = time.monotonic() + timeout_s
        longest_s = WATCHED_POLL_S if on_update else LONGEST_POLL_S
        while True:
            left_s = max(0.0, until_s - time.monotonic())
            task = self.get(task_id, wait_s=min(longest_s, left_s))
            if on_update:
                on_update(task)
            if task["status"] in TERMINAL:
                return task
            if left_s == 0:
                raise TimeoutError(f"Task {task_id} is {task['status']} after {timeout_s:g} s.")

    def follow(self, task_id: str, after: str | None = None) -> Iterator[TaskEvent]:
        """What happens to the task, as it happens; `done`, with the whole task, comes last.
        `after`: the `id` of the last event seen, to go on from there. A stream that breaks is
        taken up again where it broke."""
        return follow(self._http, task_id, after)

    def result(self, task_id: str) -> bytes:
        """The file of the task's main picture. A task without one has its result in
        `get(task_id)["result"]["data"]`, and answers `not_acceptable` here."""
        answer = self._http.send("GET", f"/v1/tasks/{task_id}/result", accept="image/*")
        if answer.status_code != httpx2.codes.OK:
            detail = f"Task {task_id} has not ended yet."
            raise DarkroomProblem("task_not_terminal", detail, status=answer.status_code)
        return answer.content

    def cancel(self, task_id: str) -> Task:
        """Ask for its end; a running task stops at its next step."""
        return self._http.json("POST", f"/v1/tasks/{task_id}/cancel")

    def tasks(self, **query: str | int) -> dict[str, Any]:
        """A page `{data, has_more, next_cursor}` of own tasks, newest first. `query`: `limit`,
        `cursor`, `status`, `model`, …"""
        return self._http.json("GET", "/v1/tasks", params=query)

    def models(self) -> list[dict[str, Any]]:
        """What this server can do: name, description, schemas, examples, of each model."""
        found: list[dict[str, Any]] = self._http.json("GET", "/v1/models")["data"]
        return found

    def is_ready(self) -> bool:
        """Whether a Darkroom that is ready for work answers here. Never raises."""
        try:
            return "adapters" in self._http.json("GET", "/health/ready")
        except DarkroomProblem:
            return False
