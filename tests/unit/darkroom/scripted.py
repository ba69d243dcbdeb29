"""A server that answers by script, inside the HTTP library: no socket, no wait."""

import json
from typing import Any

import httpx2

Answer = httpx2.Response | BaseException
TASK_ID = "0190-task"


def task(status: str = "PENDING", **facts: Any) -> dict[str, Any]:
    return {"task_id": TASK_ID, "status": status, "progress": 0, "model": "invert"} | facts


def answer(document: object, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, json=document)


class Script(httpx2.BaseTransport):
    """Gives `answers` in turn, the last one again and again. `requests`: what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(found, BaseException):
            raise found
        return httpx2.Response(found.status_code, headers=found.headers, content=found.content)

    def body(self, at: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.requests[at].content)
        return found

    @property
    def calls(self) -> list[str]:
        return [f"{each.method} {each.url.raw_path.decode()}" for each in self.requests]
